package io.millrace.payment;

import io.millrace.jobs.CrashPoint;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Does at the providers what committed rows say, and asks them about what they left unanswered. Every step bears
/// being done twice: the providers know our ids.
final class Sweep {
    static final String NAME = "payment.sweep";
    static final Duration EVERY = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    /// Rows of one kind taken in one round.
    private static final int ROWS_MAX = 50;
    /// Calls to providers at the same time.
    private static final int CALLS_MAX = 4;
    /// Full rounds in one turn; then somebody else may have the lease.
    private static final int ROUNDS_MAX = 20;
    private static final Duration OPEN_AGAIN_FIRST = Duration.ofSeconds(1);
    private static final Duration OPEN_AGAIN_MAX = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN_FIRST = Duration.ofMinutes(2);
    private static final Duration LOOK_AGAIN_MAX = Duration.ofHours(1);
    /// Stripe forgets idempotency keys after a day: an unanswered refund older than this goes to a person.
    private static final Duration REFUND_GIVE_UP = Duration.ofHours(20);

    private final PaymentRows rows;
    private final Refunds refunds;
    private final Wishes wishes;
    private final WebhookInbox inbox;
    private final WebhookIntake intake;
    private final Opening opening;
    private final Settling settling;
    private final Providers providers;
    private final Reviews reviews;
    private final Messaging messaging;
    private final InstantSource clock;

    Sweep(PaymentRows rows, Refunds refunds, Wishes wishes, WebhookInbox inbox, WebhookIntake intake, Opening opening,
        Settling settling, Providers providers, Reviews reviews, Messaging messaging, InstantSource clock) {
        this.rows = rows;
        this.refunds = refunds;
        this.wishes = wishes;
        this.inbox = inbox;
        this.intake = intake;
        this.opening = opening;
        this.settling = settling;
        this.providers = providers;
        this.reviews = reviews;
        this.messaging = messaging;
        this.clock = clock;
    }

    /// Everything that is due now; answers how many rows were worked on.
    Mono<Long> round() {
        return once().expand(done -> done == 0 ? Mono.empty() : once()).take(ROUNDS_MAX).reduce(0L, Long::sum);
    }

    private Mono<Long> once() {
        return Flux.concat(Mono.defer(this::wishes), Mono.defer(this::refunds), Mono.defer(this::payments),
            Mono.defer(this::deliveries)).reduce(0L, Long::sum);
    }

    private Mono<Long> wishes() {
        return wishes.due(clock.instant(), ROWS_MAX).collectList().flatMapMany(Flux::fromIterable)
            .flatMap(wish -> unfailing("wish " + wish.id(), grant(wish)), CALLS_MAX).count();
    }

    private Mono<Long> refunds() {
        return refunds.due(clock.instant(), ROWS_MAX).collectList().flatMapMany(Flux::fromIterable)
            .flatMap(due -> unfailing("refund " + due.id(), send(due)), CALLS_MAX).count();
    }

    private Mono<Long> payments() {
        return rows.due(clock.instant(), ROWS_MAX).collectList().flatMapMany(Flux::fromIterable)
            .flatMap(payment -> unfailing("payment " + payment.id(), ask(payment)), CALLS_MAX).count();
    }

    private Mono<Long> deliveries() {
        return inbox.due(clock.instant(), ROWS_MAX).collectList().flatMapMany(Flux::fromIterable)
            .flatMap(kept -> unfailing("webhook " + kept.key(), intake.drive(kept)), CALLS_MAX).count();
    }

    /// One row's failure is its own: its lease ends and it is tried again, while the others go on.
    private static Mono<Boolean> unfailing(String what, Mono<?> work) {
        return work.then(Mono.just(true)).onErrorResume(error -> {
            LOG.warn("{} will be tried again", what, error);
            return Mono.just(true);
        });
    }

    private Mono<?> grant(Wishes.Wish wish) {
        return wish.refund() ? refunds.takeUp(wish.id()).flatMap(taken -> refused(wish, taken))
            : rows.byId(wish.payment()).flatMap(payment -> cancel(wish, payment));
    }

    private Mono<Settlement> refused(Wishes.Wish wish, Refunding taken) {
        if (taken instanceof Refunding.Wanted) return Mono.empty();
        return review(wish.payment(), wish.id().toString(), "refund_refused", taken.toString());
    }

    private Mono<?> cancel(Wishes.Wish wish, Payment payment) {
        String object = payment.object();
        if (!payment.status().isOpen()) return wishes.done(wish.id(), payment.status().wire());
        // the payer was never told how to pay it, so there is nothing to close at the provider
        if (object == null)
            return settling.hear(payment, new Heard.Closed(wish.reason()))
                .then(wishes.done(wish.id(), "done"));
        PaymentProvider provider = providers.of(payment);
        return provider.cancel(payment.id(), object).flatMap(told -> switch (told) {
            case Told.Yes<Report>(var report) -> settling.hear(payment, new Heard.Closed(wish.reason()))
                .then(wishes.done(wish.id(), "done"));
            // most likely it was paid: the provider's state decides
            case Told.No<Report>(var reason) -> settling.look(payment)
                .flatMap(seen -> seen instanceof Settlement.Unsure ? Mono.empty() : wishes.done(wish.id(), reason));
            case Told.Unknown<Report>(var why) -> Mono.empty();
        });
    }

    private Mono<Settlement> send(Refunds.Due due) {
        return rows.byId(due.payment()).flatMap(payment -> {
            Refund refund = payment.refund(due.id()).orElseThrow();
            String object = payment.object();
            if (!refund.status().isUnderWay() || object == null) return Mono.empty();
            PaymentProvider provider = providers.of(payment);
            if (refund.object() != null)
                return provider.lookRefund(refund.object()).flatMap(told -> refunded(payment, due, told));
            if (refund.status() == RefundStatus.UNKNOWN
                && refund.createdAt().plus(REFUND_GIVE_UP).isBefore(clock.instant())) return forgotten(payment, due);
            CrashPoint.reach("refund.before_call");
            return provider.refund(refund.id(), object, refund.amount())
                .flatMap(told -> refunded(payment, due, told));
        });
    }

    private Mono<Settlement> refunded(Payment payment, Refunds.Due due, Told<RefundReport> told) {
        Mono<Settlement> heard = switch (told) {
            case Told.Yes<RefundReport>(var report) -> settling.hear(payment, report);
            case Told.No<RefundReport>(var reason) -> settling.hear(payment, new Heard.NotReturned(due.id(), reason));
            case Told.Unknown<RefundReport>(var why) -> settling.hear(payment, new Heard.NotAnswered(due.id()));
        };
        return heard.flatMap(done -> refunds.lookAgain(due.id(),
            clock.instant().plus(Backoff.after(OPEN_AGAIN_FIRST, due.tries(), LOOK_AGAIN_MAX))).thenReturn(done));
    }

    /// The provider may have forgotten our key: what it lists decides, and what it does not list a person decides.
    private Mono<Settlement> forgotten(Payment payment, Refunds.Due due) {
        return settling.look(payment).then(rows.byId(payment.id()))
            .filter(now -> now.refund(due.id()).filter(refund -> refund.status() == RefundStatus.UNKNOWN).isPresent())
            .flatMap(now -> review(payment.id(), due.id().toString(), "refund_unanswered", ""))
            .flatMap(done -> refunds.lookAgain(due.id(), clock.instant().plus(LOOK_AGAIN_MAX)).thenReturn(done));
    }

    private Mono<?> ask(Payment payment) {
        boolean unopened = payment.object() == null;
        Mono<?> asked = unopened ? opening.open(payment) : settling.look(payment);
        Duration wait = unopened ? Backoff.after(OPEN_AGAIN_FIRST, payment.tries(), OPEN_AGAIN_MAX)
            : Backoff.after(LOOK_AGAIN_FIRST, payment.tries(), LOOK_AGAIN_MAX);
        // before the answer is known: a move that follows says better
        return rows.lookAgain(payment.id(), clock.instant().plus(wait)).then(asked);
    }

    private Mono<Settlement> review(java.util.UUID payment, String object, String reason, String details) {
        return rows.byId(payment).flatMap(of -> messaging.commit(Change.of(Reviews.keep(of.provider(), object,
            payment, reason, details, clock.instant())))
            .thenReturn((Settlement) new Settlement.Quarantined(reason))
            .doOnNext(done -> reviews.alert(of.provider(), object, reason)));
    }
}
