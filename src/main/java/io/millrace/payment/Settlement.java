package io.millrace.payment;

import java.util.UUID;

/// What became of a payment when the provider's word about it was heard, from a webhook, a client's hint or a sweep.
public sealed interface Settlement {

    /// The payment as it is now; `changed` says whether this word moved it.
    record Settled(UUID payment, String ref, PaymentStatus status, boolean changed) implements Settlement {}

    /// It does not fit (amount, currency, account, mode, reference): kept for a person, nothing was booked.
    record Quarantined(String reason) implements Settlement {}

    /// No payment of ours.
    record Absent() implements Settlement {}

    /// The provider did not answer in time; a sweep asks again.
    record Unsure() implements Settlement {}
}
