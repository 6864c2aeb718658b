package io.millrace.payment;

import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Collects and returns money. What the money is for, it does not know: it holds a reference, and announces what
/// became of it.
public final class Payments {
    private final Opening opening;
    private final Settling settling;
    private final Refunds refunds;
    private final PaymentRows rows;
    private final Providers providers;
    private final Runnable work;

    Payments(Opening opening, Settling settling, Refunds refunds, PaymentRows rows, Providers providers,
        Runnable work) {
        this.opening = opening;
        this.settling = settling;
        this.refunds = refunds;
        this.rows = rows;
        this.providers = providers;
        this.work = work;
    }

    /// Whether there is a provider of that name; a method that nobody offers is a 422 before anything is placed.
    public boolean offers(String method) {
        return providers.find(method).isPresent();
    }

    /// The key that a payer's browser needs to pay by that method (Stripe's publishable key), if it needs one.
    public Optional<String> publicKey(String method) {
        return providers.find(method).flatMap(PaymentProvider::publicKey);
    }

    /// What a provider knows of a saved way to pay, by the token it gave the payer's browser; no where there is no such
    /// provider or it keeps none.
    public Mono<Told<Instrument>> instrument(String provider, String token) {
        return providers.find(provider).map(known -> known.instrument(token))
            .orElse(Mono.just(new Told.No<>("unknown_provider")));
    }

    /// The payment row, for the placing statement. No provider is called; [#openAtProvider] does that after the
    /// commit, and a sweep if nobody does.
    public Piece open(UUID payment, Payable payable) {
        return opening.piece(payment, payable);
    }

    /// Opens a payment just placed at its provider (one HTTP call of at most 3 s, one statement), and answers what the
    /// payer needs. Never fails because of the provider: while it does not answer, the view says `created` or
    /// `unknown` and a sweep goes on.
    public Mono<PaymentView> openAtProvider(UUID payment, Payable payable) {
        return openAtProvider(payment, payable, view -> List.of());
    }

    /// The same, with what the caller writes about the view in the one statement.
    public Mono<PaymentView> openAtProvider(UUID payment, Payable payable, Function<PaymentView, List<Piece>> with) {
        return opening.open(payment, payable, with);
    }

    /// A client says that it paid: the provider is asked, and its answer settles the payment the same way as a
    /// webhook. `object` is the provider's reference (`pi_...`); one that is not ours is [Settlement.Absent].
    public Mono<Settlement> verify(String provider, String object) {
        return settling.verify(provider, object);
    }

    /// The wish that an unpaid payment be closed at its provider; a worker does it. Harmless when it was paid
    /// meanwhile: then [PaymentEvent.PaymentCaptured] tells. May stand in any statement.
    public Piece cancel(UUID payment, String reason) {
        return Wishes.cancel(payment, reason);
    }

    /// The wish to give money back, to stand in the statement of its cause (also in one that a [PaymentEvent] of the
    /// same payment started). `wish` becomes the refund's id. The cap (captured) is checked when the worker takes it
    /// up; what exceeds it becomes a review.
    public Piece refundWanted(UUID wish, UUID payment, Money amount, String reason) {
        return Wishes.refund(wish, payment, amount, reason);
    }

    /// Gives money back, capped inside the write: `amount`, or all that is left when there is none; `lines` is carried
    /// along to [PaymentEvent.PaymentRefunded].
    public Mono<Refunding> refund(UUID payment, @Nullable Money amount, String reason, List<RefundLine> lines) {
        return refund(payment, amount, reason, lines, wanted -> List.of());
    }

    /// The same, with what the caller writes about the refund in its transaction.
    public Mono<Refunding> refund(UUID payment, @Nullable Money amount, String reason, List<RefundLine> lines,
        Function<Refunding.Wanted, List<Piece>> along) {
        return refunds.want(payment, amount, reason, lines, along).doOnNext(wanted -> work.run());
    }

    /// Payments that nobody with an account made are this person's from now on.
    public static Piece handOver(Collection<String> refs, UUID payer) {
        return PaymentRows.handOver(refs, payer);
    }

    /// The payments of one reference, oldest first.
    public Flux<PaymentView> of(String ref) {
        return rows.views(List.of(ref));
    }

    /// The payments of many references in one statement.
    public Flux<PaymentView> of(Collection<String> refs) {
        return rows.views(refs);
    }
}
