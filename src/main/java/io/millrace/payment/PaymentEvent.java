package io.millrace.payment;

import io.millrace.messaging.Fact;
import io.millrace.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Everything that payment ever announces. `ref` is the payable's own reference; each process keeps the refs whose
/// scheme is its own. `version` counts the facts of one payment.
public sealed interface PaymentEvent extends Fact {
    UUID payment();

    String ref();

    @Override default String aggregate() {
        return "payment:" + payment();
    }

    /// The provider knows of it and the payer can pay. Told after the placing transaction; nobody need act on it.
    record PaymentOpened(UUID id, UUID payment, long version, Instant at, String ref, String provider, Money sum)
        implements
            PaymentEvent {}

    /// All of the sum came in. Told once for each payment, whatever the provider repeats.
    record PaymentCaptured(UUID id, UUID payment, long version, Instant at, String ref, String provider, Money sum)
        implements
            PaymentEvent {}

    /// An attempt failed; the payer may try again. `reason` is the provider's word, such as `card_declined`.
    record PaymentDeclined(UUID id, UUID payment, long version, Instant at, String ref, String provider, String reason)
        implements
            PaymentEvent {}

    /// It can never be paid any more: cancelled by us or by the provider, or refused by the provider at opening.
    record PaymentCancelled(UUID id, UUID payment, long version, Instant at, String ref, String provider, String reason)
        implements
            PaymentEvent {}

    /// Money went back: `amount` now, `refunded` in all of `captured`. `lines` only when the one who asked named them.
    record PaymentRefunded(UUID id, UUID payment, long version, Instant at, String ref, String provider, UUID refund,
        Money amount, Money refunded, Money captured, String reason, List<RefundLine> lines) implements PaymentEvent {}

    /// A refund that was wanted did not happen, or came back: `refunded` is what remains refunded in all.
    record PaymentRefundFailed(UUID id, UUID payment, long version, Instant at, String ref, String provider,
        UUID refund, Money amount, Money refunded, String reason) implements PaymentEvent {}

    /// The provider holds money that does not fit what was asked (another amount or currency): a person decides.
    record PaymentQuarantined(UUID id, UUID payment, long version, Instant at, String ref, String provider,
        String reason) implements PaymentEvent {}
}
