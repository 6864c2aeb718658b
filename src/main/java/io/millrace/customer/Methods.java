package io.millrace.customer;

import io.millrace.payment.Instrument;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// The cellar of saved ways to pay: a provider's token, and what the provider said about it.
final class Methods {
    private static final String COLUMNS = """
        select id, provider, token, kind, brand, last4, expiry_month, expiry_year, created_at
          from customer.methods where account = :account\s""";

    private final Postgres postgres;

    Methods(Postgres postgres) {
        this.postgres = postgres;
    }

    record Kept(UUID id, String provider, Instrument instrument, Instant since) {}

    Mono<List<Kept>> of(UUID account) {
        return postgres.query(COLUMNS + "order by id", Map.of("account", account), Methods::kept).collectList();
    }

    Mono<Kept> of(UUID account, String provider, String token) {
        return postgres.query(COLUMNS + "and provider = :provider and token = :token",
            Map.of("account", account, "provider", provider, "token", token), Methods::kept).singleOrEmpty();
    }

    Mono<Void> add(Books.Book book, Kept method) {
        Instrument card = method.instrument();
        Piece row = Piece.of("""
            method_row as (
                insert into customer.methods (id, account, provider, token, kind, brand, last4, expiry_month,
                    expiry_year, created_at)
                select :id, account, :provider, :token, :kind, :brand, :last4, :month, :year, :now from book
                on conflict on constraint methods_token do nothing
                returning id)""")
            .bind("id", method.id()).bind("provider", method.provider()).bind("token", card.token())
            .bind("kind", card.kind()).bind("brand", card.brand()).bind("last4", card.last4())
            .bind("month", card.expiryMonth()).bind("year", card.expiryYear()).bind("now", method.since())
            .check("exists (select from method_row)", Refused.STALE);
        return postgres.run(Write.of(Books.next(book, 0, 1), row)).then();
    }

    /// Refused as stale where the person has no such way to pay (any more).
    Mono<Void> remove(Books.Book book, UUID id) {
        Piece row = Piece.of("""
            method_gone as (
                delete from customer.methods where id = :id and account = (select account from book) returning id)""")
            .bind("id", id).check("exists (select from method_gone)", "absent");
        return postgres.run(Write.of(Books.next(book, 0, -1), row)).then();
    }

    Mono<Long> erase(UUID account) {
        return postgres.update("delete from customer.methods where account = :account", Map.of("account", account));
    }

    private static Kept kept(Readable row) {
        return new Kept(Objects.requireNonNull(row.get("id", UUID.class)), text(row, "provider"),
            new Instrument(text(row, "token"), text(row, "kind"), text(row, "brand"), text(row, "last4"),
                Objects.requireNonNull(row.get("expiry_month", Integer.class)),
                Objects.requireNonNull(row.get("expiry_year", Integer.class))),
            Objects.requireNonNull(row.get("created_at", Instant.class)));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }
}
