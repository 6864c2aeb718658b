package io.millrace.payment;

import io.millrace.money.Money;
import java.util.UUID;

/// The answer to a wish to give money back.
public sealed interface Refunding {
    /// Recorded and reserved against the captured sum; a worker tells the provider.
    record Wanted(UUID refund, Money amount) implements Refunding {}

    /// More than is left of what was captured, or nothing was captured.
    record ExceedsCaptured(Money left) implements Refunding {}

    record OtherCurrency() implements Refunding {}

    record Absent() implements Refunding {}
}
