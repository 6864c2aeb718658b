package io.millrace.ordering;

import static java.util.Objects.requireNonNull;

import io.millrace.payment.Payments;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Hands what a guest ordered to the account of whoever proved the guest's address. An order that has an owner is never
/// handed on: that stands in the update itself.
final class Claims {
    /// Orders handed over at once; who has more asks again.
    static final int ORDERS_MAX = 200;

    private final Postgres postgres;
    private final Persons persons;

    Claims(Postgres postgres, Persons persons) {
        this.postgres = postgres;
        this.persons = persons;
    }

    record Claimed(UUID id, String orderNumber) {}

    /// The phone was proven on this channel, in international form.
    Mono<List<Claimed>> ofPhone(String channel, String phone, UUID account) {
        return handed(postgres.query("""
            update ordering.orders set account = :account
             where account is null and id in (
                select id from ordering.orders
                 where phone_blind = :phone and channel = :channel and account is null
                 order by id limit :limit for update)
            returning id, number
            """, Map.of("account", account, "phone", requireNonNull(persons.phone(phone)), "channel", channel, "limit",
            ORDERS_MAX), Claims::claimed).collectList(), account);
    }

    /// The address was proven for the whole shop, in lower case.
    Mono<List<Claimed>> ofEmail(String email, UUID account) {
        return handed(postgres.query("""
            update ordering.orders set account = :account
             where account is null and id in (
                select id from ordering.orders
                 where email_blind = :email and account is null
                 order by id limit :limit for update)
            returning id, number
            """, Map.of("account", account, "email", requireNonNull(persons.email(email)), "limit", ORDERS_MAX),
            Claims::claimed).collectList(), account);
    }

    /// The payments of an order go with it.
    private Mono<List<Claimed>> handed(Mono<List<Claimed>> claimed, UUID account) {
        return postgres.transactionalAgain(claimed.flatMap(orders -> orders.isEmpty() ? Mono.just(orders)
            : postgres.run(Write.of(Payments.handOver(orders.stream().map(order -> Order.SCHEME + order.id()).toList(),
                account))).thenReturn(orders)));
    }

    private static Claimed claimed(Readable row) {
        return new Claimed(requireNonNull(row.get("id", UUID.class)), requireNonNull(row.get("number", String.class)));
    }
}
