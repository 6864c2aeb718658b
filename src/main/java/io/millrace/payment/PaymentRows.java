package io.millrace.payment;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Json;
import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The SQL of payments: every move is guarded by the version that was read.
final class PaymentRows {
    /// The payer's own HTTP call opens the payment; a sweep only steps in when that did not happen.
    static final Duration OPEN_GRACE = Duration.ofSeconds(10);
    /// How long a sweep has a row for itself.
    static final Duration LEASE = Duration.ofSeconds(30);
    /// Payments of one person or reference read at once.
    static final int LIST_MAX = 200;

    /// A payment and its refunds as one row; `p` is the payment.
    static final String COLUMNS = """
        p.id, p.ref, p.provider, p.channel, p.payer, p.bearer, p.status, p.currency, p.sum, p.captured, p.refunding,
        p.refunded, p.provider_object, p.client_secret, p.redirect_url, p.attempt, p.reason, p.version, p.tries,
        p.created_at, case when p.captured = 0 then '[]' else coalesce((select jsonb_agg(jsonb_build_object(
            'id', r.id, 'amount', r.amount, 'reason', r.reason, 'lines', r.lines, 'status', r.status,
            'object', r.provider_object, 'failure', r.failure, 'tries', r.tries, 'created_at', r.created_at)
            order by r.created_at, r.id) from payment.refunds r where r.payment = p.id), '[]')::text end as refunds""";

    private final Postgres postgres;

    PaymentRows(Postgres postgres) {
        this.postgres = postgres;
    }

    static Piece insert(Payment payment, @Nullable Instant lookAt, Instant now) {
        return Piece.of("""
            payment_row{i} as (
                insert into payment.payments (id, ref, provider, channel, payer, bearer, status, currency, sum,
                    provider_object, look_at, created_at, updated_at)
                values (:id, :ref, :provider, :channel, :payer, :bearer, :status, :currency, :sum, :object, :look_at,
                    :now, :now) returning id)""")
            .bind("id", payment.id()).bind("ref", payment.ref()).bind("provider", payment.provider())
            .bind("channel", payment.channel()).bind("payer", payment.payer(), UUID.class)
            .bind("bearer", payment.bearer(), String.class).bind("status", payment.status().wire())
            .bind("currency", payment.sum().currency().getCurrencyCode()).bind("sum", payment.sum().minor())
            .bind("object", payment.object(), String.class).bind("look_at", lookAt, Instant.class).bind("now", now);
    }

    /// The payment as it is after, if it still was as it is before.
    static Piece move(Payment before, Payment after, @Nullable Instant lookAt, Instant now) {
        return Piece.of("""
            payment_moved{i} as (
                update payment.payments
                   set status = :status, captured = :captured, refunding = refunding + :refunding_delta,
                       refunded = :refunded, provider_object = :object, client_secret = :secret, redirect_url = :url,
                       attempt = :attempt, reason = :reason, version = :next, tries = 0, look_at = :look_at,
                       updated_at = :now
                 where id = :id and version = :version and status = :was returning id)""")
            .bind("id", before.id()).bind("version", before.version()).bind("was", before.status().wire())
            .bind("next", after.version()).bind("status", after.status().wire())
            .bind("captured", after.captured().minor()).bind("refunded", after.refunded().minor())
            .bind("refunding_delta", after.refunding().minor() - before.refunding().minor())
            .bind("object", after.object(), String.class).bind("secret", after.clientSecret(), String.class)
            .bind("url", after.redirectUrl(), String.class).bind("attempt", after.attempt(), String.class)
            .bind("reason", after.reason(), String.class).bind("look_at", lookAt, Instant.class).bind("now", now)
            .check("exists (select from payment_moved{i})", Refused.STALE);
    }

    /// A refund as it is after; it stands or falls with the move of its payment.
    static Piece move(Payment payment, @Nullable Refund before, Refund after, @Nullable Instant lookAt, Instant now) {
        return Piece.of("""
            refund_moved{i} as (
                insert into payment.refunds (id, payment, provider, provider_object, amount, currency, reason, lines,
                    status, failure, look_at, created_at, updated_at)
                select :id, :payment, :provider, :object, :amount, :currency, :reason, :lines::jsonb, :status,
                    :failure, :look_at, :now, :now from payment_moved
                on conflict (id) do update set status = excluded.status, provider_object = excluded.provider_object,
                    failure = excluded.failure, look_at = excluded.look_at, updated_at = excluded.updated_at
                 where refunds.status = :was
                returning id)""")
            .bind("id", after.id()).bind("payment", payment.id()).bind("provider", payment.provider())
            .bind("object", after.object(), String.class).bind("amount", after.amount().minor())
            .bind("currency", after.amount().currency().getCurrencyCode()).bind("reason", after.reason())
            .bind("lines", new String(Json.bytes(after.lines()), StandardCharsets.UTF_8))
            .bind("status", after.status().wire()).bind("failure", after.failure(), String.class)
            .bind("look_at", lookAt, Instant.class).bind("now", now)
            .bind("was", before == null ? "" : before.status().wire())
            .check("exists (select from refund_moved{i})", Refused.STALE);
    }

    static Piece handOver(Collection<String> refs, UUID payer) {
        return Piece.of("""
            payments_handed{i} as (
                update payment.payments set payer = :payer where ref = any(:refs::text[]) and payer is null)""")
            .bind("payer", payer).bind("refs", refs.toArray(String[]::new));
    }

    Mono<Payment> byId(UUID id) {
        return postgres.query("select " + COLUMNS + " from payment.payments p where p.id = :id", Map.of("id", id),
            PaymentRows::payment).singleOrEmpty();
    }

    Mono<Payment> byObject(String provider, String object) {
        return postgres.query("select " + COLUMNS + """
             from payment.payments p where p.provider = :provider and p.provider_object = :object
            """, Map.of("provider", provider, "object", object), PaymentRows::payment).singleOrEmpty();
    }

    Flux<PaymentView> views(Collection<String> refs) {
        return postgres.query("select " + COLUMNS + """
             from payment.payments p where p.ref = any(:refs) order by p.id limit :limit
            """, Map.of("refs", refs.toArray(String[]::new), "limit", LIST_MAX), PaymentRows::payment)
            .map(Payment::view);
    }

    /// The payments of an account or of a token's holder, newest first, before an id.
    Flux<PaymentView> mine(@Nullable UUID payer, @Nullable String bearer, @Nullable UUID before, int limit) {
        return postgres.query("select " + COLUMNS + """
             from payment.payments p
             where (p.payer = :payer or p.bearer = :bearer) and (:before::uuid is null or p.id < :before)
             order by p.id desc limit :limit
            """, Map.of("payer", orNull(payer, UUID.class), "bearer", orNull(bearer, String.class),
            "before", orNull(before, UUID.class), "limit", limit), PaymentRows::payment).map(Payment::view);
    }

    /// What only a payer's browser needed is thrown away; sums and references stay.
    Mono<Void> forget(UUID payer) {
        return postgres.update("""
            update payment.payments set client_secret = null, redirect_url = null, bearer = null where payer = :payer
            """, Map.of("payer", payer)).then();
    }

    /// Takes payments that are due for a look, for [#LEASE]; no other node has them meanwhile.
    Flux<Payment> due(Instant now, int limit) {
        return postgres.query("""
            with taken as (
                update payment.payments set look_at = :lease, tries = tries + 1
                 where id in (select id from payment.payments where look_at <= :now
                               order by look_at limit :limit for update skip locked)
                returning *)
            select\s""" + COLUMNS + " from taken p", Map.of("lease", now.plus(LEASE), "now", now, "limit", limit),
            PaymentRows::payment);
    }

    Mono<Void> lookAgain(UUID id, Instant at) {
        return postgres.update("update payment.payments set look_at = :at where id = :id and look_at is not null",
            Map.of("id", id, "at", at)).then();
    }

    static Object orNull(@Nullable Object value, Class<?> type) {
        return value == null ? Parameters.in(type) : value;
    }

    static Payment payment(Readable row) {
        String currency = text(row, "currency");
        List<Refund> refunds = Arrays.stream(Json.OURS.readValue(text(row, "refunds"), RefundRow[].class))
            .map(refund -> refund.refund(currency)).toList();
        return new Payment(requireNonNull(row.get("id", UUID.class)), text(row, "ref"), text(row, "provider"),
            text(row, "channel"), row.get("payer", UUID.class), row.get("bearer", String.class),
            PaymentStatus.read(text(row, "status")), money(row, "sum"), money(row, "captured"),
            money(row, "refunding"), money(row, "refunded"), row.get("provider_object", String.class),
            row.get("client_secret", String.class), row.get("redirect_url", String.class),
            row.get("attempt", String.class), row.get("reason", String.class),
            requireNonNull(row.get("version", Long.class)), requireNonNull(row.get("tries", Integer.class)),
            requireNonNull(row.get("created_at", Instant.class)), refunds);
    }

    private record RefundRow(UUID id, long amount, String reason, List<RefundLine> lines, String status,
        @Nullable String object, @Nullable String failure, int tries, Instant createdAt) {
        Refund refund(String currency) {
            return new Refund(id, Money.of(amount, currency), reason, lines, RefundStatus.read(status), object,
                failure, tries, createdAt);
        }
    }

    private static Money money(Readable row, String column) {
        return Money.of(requireNonNull(row.get(column, Long.class), column), text(row, "currency"));
    }

    private static String text(Readable row, String column) {
        return requireNonNull(row.get(column, String.class), column);
    }
}
