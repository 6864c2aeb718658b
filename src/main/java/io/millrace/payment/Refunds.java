package io.millrace.payment;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Sets money aside to go back. The cap is inside the write: however many ask at once, what went back, what is going
/// back and what is asked for never exceed what was captured.
final class Refunds {
    private static final String CAPPED = """
        with asked as (%s),
        capped as (
            update payment.payments p
               set refunding = p.refunding + coalesce(asked.amount, p.captured - p.refunded - p.refunding),
                   updated_at = :now
              from asked
             where p.id = asked.payment and p.status in ('captured', 'partially_refunded')
               and coalesce(asked.currency, p.currency) = p.currency
               and p.captured - p.refunded - p.refunding >= coalesce(asked.amount, 1)
            returning p.id, p.provider, p.currency, asked.id as refund, asked.reason, asked.lines,
                      p.refunding - old.refunding as amount),
        aside as (
            insert into payment.refunds (id, payment, provider, amount, currency, reason, lines, status, look_at,
                created_at, updated_at)
            select refund, id, provider, amount, currency, reason, lines, 'wanted', :now, :now, :now from capped
            returning amount)%s
        select p.currency, p.captured - p.refunded - p.refunding as available, (select amount from aside) as amount
          from asked join payment.payments p on p.id = asked.payment""";
    private static final String ASKED = CAPPED.formatted("""
        select :refund::uuid as id, :payment::uuid as payment, :amount::bigint as amount,
               :currency::text as currency, :reason::text as reason, :lines::jsonb as lines""", "");
    private static final String WISHED = CAPPED.formatted("""
        select id, payment, amount, currency, reason, '[]'::jsonb as lines from payment.wishes
         where id = :refund and look_at is not null and kind = 'refund' for update""", """
        ,
        taken as (
            update payment.wishes set look_at = null,
                   outcome = case when exists (select from aside) then 'done' else 'refused' end
             where id = :refund and look_at is not null)""");

    private final Postgres postgres;
    private final Ids ids;
    private final InstantSource clock;

    Refunds(Postgres postgres, Ids ids, InstantSource clock) {
        this.postgres = postgres;
        this.ids = ids;
        this.clock = clock;
    }

    /// No amount means all that is left. What `along` answers is written in the same transaction.
    Mono<Refunding> want(UUID payment, @Nullable Money amount, String reason, List<RefundLine> lines,
        Function<Refunding.Wanted, List<Piece>> along) {
        UUID refund = ids.next();
        Map<String, Object> binds = Map.of("refund", refund, "payment", payment,
            "amount", PaymentRows.orNull(amount == null ? null : amount.minor(), Long.class),
            "currency", PaymentRows.orNull(amount == null ? null : amount.currency().getCurrencyCode(), String.class),
            "reason", reason, "lines", new String(Json.bytes(lines), StandardCharsets.UTF_8), "now", clock.instant());
        return postgres.transactional(postgres.query(ASKED, binds, row -> refunding(refund, amount, row))
            .singleOrEmpty().flatMap(refunding -> with(refunding, along)))
            .defaultIfEmpty(new Refunding.Absent());
    }

    private Mono<Refunding> with(Refunding refunding, Function<Refunding.Wanted, List<Piece>> along) {
        if (!(refunding instanceof Refunding.Wanted wanted)) return Mono.just(refunding);
        List<Piece> pieces = along.apply(wanted);
        return pieces.isEmpty() ? Mono.just(refunding)
            : postgres.run(Write.of(pieces.toArray(Piece[]::new))).thenReturn(refunding);
    }

    /// Takes up a wish: the refund bears the wish's id. Empty when it was taken up before.
    Mono<Refunding> takeUp(UUID wish) {
        return postgres.query(WISHED, Map.of("refund", wish, "now", clock.instant()),
            row -> refunding(wish, null, row)).singleOrEmpty();
    }

    /// A refund that is due at its provider, with its payment.
    record Due(UUID id, UUID payment, int tries) {}

    Flux<Due> due(Instant now, int limit) {
        return postgres.query("""
            update payment.refunds set look_at = :lease, tries = tries + 1
             where id in (select id from payment.refunds where look_at <= :now
                           order by look_at limit :limit for update skip locked)
            returning id, payment, tries
            """, Map.of("lease", now.plus(PaymentRows.LEASE), "now", now, "limit", limit),
            row -> new Due(requireNonNull(row.get("id", UUID.class)), requireNonNull(row.get("payment", UUID.class)),
                requireNonNull(row.get("tries", Integer.class))));
    }

    Mono<Void> lookAgain(UUID refund, Instant at) {
        return postgres.update("update payment.refunds set look_at = :at where id = :id and look_at is not null",
            Map.of("id", refund, "at", at)).then();
    }

    private static Refunding refunding(UUID refund, @Nullable Money wanted, Readable row) {
        String currency = requireNonNull(row.get("currency", String.class));
        Long amount = row.get("amount", Long.class);
        if (amount != null) return new Refunding.Wanted(refund, Money.of(amount, currency));
        if (wanted != null && !wanted.currency().getCurrencyCode().equals(currency))
            return new Refunding.OtherCurrency();
        return new Refunding.ExceedsCaptured(Money.of(requireNonNull(row.get("available", Long.class)), currency));
    }
}
