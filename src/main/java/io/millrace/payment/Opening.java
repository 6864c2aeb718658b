package io.millrace.payment;

import io.millrace.jobs.CrashPoint;
import io.millrace.postgres.Piece;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
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
    Mono<PaymentView> open(UUID id, Payable payable, Function<PaymentView, List<Piece>> with) {
        Payment payment = fresh(id, payable);
        return payment.status() == PaymentStatus.CREATED ? open(payment, with)
            : settling.also(with.apply(payment.view())).thenReturn(payment.view());
    }

    Mono<PaymentView> open(Payment payment) {
        return open(payment, view -> List.of());
    }

    /// Asks the provider under our id as its idempotency key, and keeps what it answered; `with` makes what else is
    /// written about it by the same statement.
    private Mono<PaymentView> open(Payment payment, Function<PaymentView, List<Piece>> with) {
        if (payment.createdAt().plus(GIVE_UP).isBefore(clock.instant()))
            return heard(payment, new Heard.Refused("never_opened"), with);
        CrashPoint.reach("open.before_call");
        return providers.of(payment).open(payment.id(), payment.payable()).flatMap(told -> switch (told) {
            case Told.Yes<Report>(var report) ->
                heard(payment, new Heard.Opened(report.object(), report.clientSecret(), report.redirectUrl()), with);
            case Told.No<Report>(var reason) -> heard(payment, new Heard.Refused(reason), with);
            case Told.Unknown<Report>(var why) -> heard(payment, new Heard.NoAnswer(), with);
        });
    }

    /// The view of what the word makes of the payment; when somebody was faster, the row is read, and what was written
    /// about it is written again.
    private Mono<PaymentView> heard(Payment payment, Heard heard, Function<PaymentView, List<Piece>> with) {
        PaymentView expected = Life.hear(payment, heard).payment().view();
        return settling.hear(payment, heard, with.apply(expected))
            .flatMap(settlement -> settlement instanceof Settlement.Settled(var id, var ref, var status, var changed)
                && status.wire().equals(expected.status()) ? Mono.just(expected)
                    : rows.byId(payment.id()).map(Payment::view)
                        .flatMap(view -> settling.also(with.apply(view)).thenReturn(view)));
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
