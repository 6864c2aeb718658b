package io.millrace.payment;

import static java.util.Objects.requireNonNull;

import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What processes above want done at a provider, as rows for a worker: they may be written by any statement, even one
/// that already changes the payment.
final class Wishes {
    private final Postgres postgres;

    Wishes(Postgres postgres) {
        this.postgres = postgres;
    }

    /// One wish taken up by this node.
    record Wish(UUID id, UUID payment, boolean refund, String reason, int tries) {}

    static Piece cancel(UUID payment, String reason) {
        return Piece.of("""
            payment_cancel{i} as (
                insert into payment.wishes (id, payment, kind, reason, at, look_at)
                values (uuidv7(), :payment, 'cancel', :reason, now(), now()))""")
            .bind("payment", payment).bind("reason", reason);
    }

    /// A wish has an id of its own, so that the same cause wishes once.
    static Piece refund(UUID wish, UUID payment, Money amount, String reason) {
        return Piece.of("""
            payment_refund{i} as (
                insert into payment.wishes (id, payment, kind, amount, currency, reason, at, look_at)
                values (:wish, :payment, 'refund', :amount, :currency, :reason, now(), now())
                on conflict (id) do nothing)""")
            .bind("wish", wish).bind("payment", payment).bind("amount", amount.minor())
            .bind("currency", amount.currency().getCurrencyCode()).bind("reason", reason);
    }

    Flux<Wish> due(Instant now, int limit) {
        return postgres.query("""
            update payment.wishes set look_at = :lease, tries = tries + 1
             where id in (select id from payment.wishes where look_at <= :now
                           order by look_at limit :limit for update skip locked)
            returning id, payment, kind, reason, tries
            """, Map.of("lease", now.plus(PaymentRows.LEASE), "now", now, "limit", limit), Wishes::wish);
    }

    Mono<Void> done(UUID wish, String outcome) {
        return postgres.update("update payment.wishes set look_at = null, outcome = :outcome where id = :id",
            Map.of("id", wish, "outcome", outcome)).then();
    }

    private static Wish wish(Readable row) {
        return new Wish(requireNonNull(row.get("id", UUID.class)), requireNonNull(row.get("payment", UUID.class)),
            "refund".equals(row.get("kind", String.class)), requireNonNull(row.get("reason", String.class)),
            requireNonNull(row.get("tries", Integer.class)));
    }
}
