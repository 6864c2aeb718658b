package io.millrace.payment;

import io.millrace.money.Money;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One attempt to collect a sum, with what went back of it. `object` is the provider's id of it, `attempt` the
/// provider's id of the payer's last try.
record Payment(UUID id, String ref, String provider, String channel, @Nullable UUID payer, @Nullable String bearer,
    PaymentStatus status, Money sum, Money captured, Money refunding, Money refunded, @Nullable String object,
    @Nullable String clientSecret, @Nullable String redirectUrl, @Nullable String attempt, @Nullable String reason,
    long version, int tries, Instant createdAt, List<Refund> refunds) {

    static Payment fresh(UUID id, Payable payable, PaymentStatus status, @Nullable String object, Instant at) {
        Money zero = Money.zero(payable.sum().currency());
        return new Payment(id, payable.ref(), payable.method(), payable.channel(), payable.payer(), payable.bearer(),
            status, payable.sum(), zero, zero, zero, object, null, null, null, null, 0, 0, at, List.of());
    }

    Payment at(PaymentStatus next, @Nullable String why) {
        return new Payment(id, ref, provider, channel, payer, bearer, next, sum, captured, refunding, refunded, object,
            clientSecret, redirectUrl, attempt, why, version, tries, createdAt, refunds);
    }

    Payment known(String object) {
        return new Payment(id, ref, provider, channel, payer, bearer, status, sum, captured, refunding, refunded,
            object, clientSecret, redirectUrl, attempt, reason, version, tries, createdAt, refunds);
    }

    Payment payable(@Nullable String secret, @Nullable String url) {
        return new Payment(id, ref, provider, channel, payer, bearer, status, sum, captured, refunding, refunded,
            object, secret, url, attempt, reason, version, tries, createdAt, refunds);
    }

    Payment tried(@Nullable String attempt) {
        return new Payment(id, ref, provider, channel, payer, bearer, status, sum, captured, refunding, refunded,
            object, clientSecret, redirectUrl, attempt, reason, version, tries, createdAt, refunds);
    }

    Payment sums(Money captured, Money refunding, Money refunded) {
        return new Payment(id, ref, provider, channel, payer, bearer, status, sum, captured, refunding, refunded,
            object, clientSecret, redirectUrl, attempt, reason, version, tries, createdAt, refunds);
    }

    /// The refund put in place of the one with its id, or added.
    Payment with(Refund refund) {
        List<Refund> others = new ArrayList<>(refunds);
        others.removeIf(other -> other.id().equals(refund.id()));
        others.add(refund);
        return new Payment(id, ref, provider, channel, payer, bearer, status, sum, captured, refunding, refunded,
            object, clientSecret, redirectUrl, attempt, reason, version, tries, createdAt, List.copyOf(others));
    }

    Payment told() {
        return new Payment(id, ref, provider, channel, payer, bearer, status, sum, captured, refunding, refunded,
            object, clientSecret, redirectUrl, attempt, reason, version + 1, tries, createdAt, refunds);
    }

    Optional<Refund> refund(UUID id) {
        return refunds.stream().filter(refund -> refund.id().equals(id)).findFirst();
    }

    /// The refund that a provider speaks of: by our id where it carries one, else by its own.
    Optional<Refund> refundOf(RefundReport report) {
        UUID ours = report.refund();
        return refunds.stream().filter(refund -> ours == null ? report.object().equals(refund.object())
            : refund.id().equals(ours)).findFirst();
    }

    /// What may still go back.
    Money left() {
        return captured.minus(refunded).minus(refunding);
    }

    Payable payable() {
        return new Payable(ref, sum, provider, channel, payer, bearer);
    }

    PaymentView view() {
        boolean open = status.isOpen();
        return new PaymentView(id, ref, provider, status.wire(), sum, captured, refunded, open ? clientSecret : null,
            open ? redirectUrl : null, object, reason, createdAt);
    }
}
