package io.millrace.payment;

import io.millrace.http.Ids;
import io.millrace.ledger.Journal;
import io.millrace.ledger.Ledger;
import io.millrace.messaging.Change;
import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Turns what [Life] decided into one change: the guarded rows, the journals, the facts.
final class Moves {
    private static final Duration LOOK_FIRST = Duration.ofMinutes(2);
    private static final Duration ASK_FIRST = Duration.ofSeconds(1);
    private static final Duration REFUND_LOOK_FIRST = Duration.ofMinutes(1);

    private final Ledger ledger;
    private final Providers providers;
    private final Ids ids;
    private final InstantSource clock;

    Moves(Ledger ledger, Providers providers, Ids ids, InstantSource clock) {
        this.ledger = ledger;
        this.providers = providers;
        this.ids = ids;
        this.clock = clock;
    }

    /// Empty pieces when nothing changed.
    Change change(Payment before, Life.Story story, List<Piece> more) {
        Payment after = story.payment();
        Instant now = clock.instant();
        Change change = Change.of(more.toArray(Piece[]::new)).named(name(story));
        if (after.equals(before)) return change;
        change = change.with(PaymentRows.move(before, after, lookAt(after, now), now));
        for (Refund refund : after.refunds()) {
            Optional<Refund> was = before.refund(refund.id());
            if (was.isEmpty() || !was.get().equals(refund))
                change = change.with(PaymentRows.move(after, was.orElse(null), refund, lookAt(refund, now), now));
        }
        long version = before.version();
        for (News news : story.news()) {
            Journal journal = journal(after, news);
            if (journal != null) change = change.with(ledger.post(journal));
            change = change.tells(fact(after, news, ++version, now));
        }
        return change;
    }

    /// What a test calls the change when it kills the process around its commit.
    private static String name(Life.Story story) {
        if (story.news().isEmpty()) return "payment";
        return switch (story.news().getFirst()) {
            case News.Opened() -> "open";
            case News.Captured() -> "settle";
            case News.Declined _ -> "decline";
            case News.Cancelled _ -> "cancel";
            case News.Refunded _,News.RefundFailed _ -> "refund";
            case News.Quarantined _ -> "quarantine";
        };
    }

    private @Nullable Instant lookAt(Payment payment, Instant now) {
        return switch (payment.status()) {
            case CREATED, UNKNOWN -> now.plus(ASK_FIRST);
            case PENDING, DECLINED -> providers.of(payment).answers() ? now.plus(LOOK_FIRST) : null;
            case FAILED, CAPTURED, PARTIALLY_REFUNDED, REFUNDED, CANCELLED, REVIEW -> null;
        };
    }

    private static @Nullable Instant lookAt(Refund refund, Instant now) {
        return switch (refund.status()) {
            case WANTED -> now;
            case UNKNOWN -> now.plus(ASK_FIRST);
            case SENT -> now.plus(REFUND_LOOK_FIRST);
            case SUCCEEDED, FAILED -> null;
        };
    }

    /// Money in: the provider owes it to us, the payer owes it no longer. Money back: the other way round.
    private @Nullable Journal journal(Payment payment, News news) {
        String gateway = providers.of(payment).account();
        String payer = "receivable:" + payment.ref();
        return switch (news) {
            case News.Captured() -> Journal.move("payment:" + payment.id() + ":captured",
                "captured " + payment.object(), gateway, payer, payment.captured());
            case News.Refunded(var refund, var total) -> Journal.move("refund:" + refund.id() + ":succeeded",
                "refunded " + refund.object(), payer, gateway, refund.amount());
            case News.RefundFailed(var refund, var total, var reason, var booked) -> booked
                ? Journal.move("refund:" + refund.id() + ":returned", "refund came back " + refund.object(), gateway,
                    payer, refund.amount())
                : null;
            case News.Opened _,News.Declined _,News.Cancelled _,News.Quarantined _ -> null;
        };
    }

    private PaymentEvent fact(Payment p, News news, long version, Instant now) {
        UUID id = ids.next();
        return switch (news) {
            case News.Opened() ->
                new PaymentEvent.PaymentOpened(id, p.id(), version, now, p.ref(), p.provider(), p.sum());
            case News.Captured() ->
                new PaymentEvent.PaymentCaptured(id, p.id(), version, now, p.ref(), p.provider(), p.captured());
            case News.Declined(var reason) ->
                new PaymentEvent.PaymentDeclined(id, p.id(), version, now, p.ref(), p.provider(), reason);
            case News.Cancelled(var reason) ->
                new PaymentEvent.PaymentCancelled(id, p.id(), version, now, p.ref(), p.provider(), reason);
            case News.Refunded(var refund, Money total) ->
                new PaymentEvent.PaymentRefunded(id, p.id(), version, now, p.ref(), p.provider(), refund.id(),
                    refund.amount(), total, p.captured(), refund.reason(), refund.lines());
            case News.RefundFailed(var refund, Money total, var reason, var booked) ->
                new PaymentEvent.PaymentRefundFailed(id, p.id(), version, now, p.ref(), p.provider(), refund.id(),
                    refund.amount(), total, reason);
            case News.Quarantined(var reason) ->
                new PaymentEvent.PaymentQuarantined(id, p.id(), version, now, p.ref(), p.provider(), reason);
        };
    }
}
