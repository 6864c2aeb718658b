package io.millrace.payment;

import io.millrace.jobs.CrashPoint;
import io.millrace.postgres.Piece;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Opens payments: the row in the placing statement, the provider's side after its commit.
final class Opening {
    /// An opening that was never answered is given up after this; our providers keep idempotency keys for a day.
    private static final Duration GIVE_UP = Duration.ofHours(20);

    private final Providers providers;
    private final PaymentRows rows;
    private final Settling settling;
    private final InstantSource clock;

    Opening(Providers providers, PaymentRows rows, Settling settling, InstantSource clock) {
        this.providers = providers;
        this.rows = rows;
        this.settling = settling;
        this.clock = clock;
    }

    Piece piece(UUID id, Payable payable) {
        Instant now = clock.instant();
        boolean answers = provider(payable).answers();
        return PaymentRows.insert(fresh(id, payable), answers ? now.plus(PaymentRows.OPEN_GRACE) : null, now);
    }

    /// The one who just placed it knows what the row says, so nothing is read.
    Mono<PaymentView> open(UUID id, Payable payable) {
        Payment payment = fresh(id, payable);
        return payment.status() == PaymentStatus.CREATED ? open(payment) : Mono.just(payment.view());
    }

    /// Asks the provider under our id as its idempotency key, and keeps what it answered.
    Mono<PaymentView> open(Payment payment) {
        if (payment.createdAt().plus(GIVE_UP).isBefore(clock.instant()))
            return heard(payment, new Heard.Refused("never_opened"));
        CrashPoint.reach("open.before_call");
        return providers.of(payment).open(payment.id(), payment.payable()).flatMap(told -> switch (told) {
            case Told.Yes<Report>(var report) ->
                heard(payment, new Heard.Opened(report.object(), report.clientSecret(), report.redirectUrl()));
            case Told.No<Report>(var reason) -> heard(payment, new Heard.Refused(reason));
            case Told.Unknown<Report>(var why) -> heard(payment, new Heard.NoAnswer());
        });
    }

    /// The view of what the word makes of the payment; when somebody was faster, the row is read.
    private Mono<PaymentView> heard(Payment payment, Heard heard) {
        PaymentView expected = Life.hear(payment, heard).payment().view();
        return settling.hear(payment, heard)
            .flatMap(settlement -> settlement instanceof Settlement.Settled(var id, var ref, var status, var changed)
                && status.wire().equals(expected.status()) ? Mono.just(expected)
                    : rows.byId(payment.id()).map(Payment::view));
    }

    private Payment fresh(UUID id, Payable payable) {
        PaymentProvider provider = provider(payable);
        return provider.answers() ? Payment.fresh(id, payable, PaymentStatus.CREATED, null, clock.instant())
            : Payment.fresh(id, payable, PaymentStatus.PENDING, provider.name() + "_" + id, clock.instant());
    }

    private PaymentProvider provider(Payable payable) {
        return providers.find(payable.method()).orElseThrow(
            () -> new IllegalArgumentException("nobody offers " + payable.method() + ": ask Payments.offers first"));
    }
}
