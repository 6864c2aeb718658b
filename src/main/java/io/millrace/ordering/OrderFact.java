package io.millrace.ordering;

import io.millrace.money.Money;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What can happen to an order: facts from the rooms below, and wishes of people (which may be refused).
sealed interface OrderFact {
    /// Money arrived. `goodsFree` says, for an order whose stock lapsed, whether the goods could be taken again.
    record PaymentCaptured(UUID payment, Money amount, boolean goodsFree) implements OrderFact {}

    record PaymentDeclined(UUID payment, String reason) implements OrderFact {}

    /// The attempt ended at the provider without money.
    record PaymentCancelled(UUID payment) implements OrderFact {}

    record PaymentRefunded(UUID payment, Money amount) implements OrderFact {}

    /// Money that should go back did not, or came back to us: a person decides.
    record RefundFailed(UUID payment, String reason) implements OrderFact {}

    /// The promise of stock ran out before money came.
    record StockLapsed() implements OrderFact {}

    record CancelWanted(String by, String reason) implements OrderFact {}

    /// Another attempt to pay, under a new payment.
    record RetryWanted(UUID payment, String method) implements OrderFact {}

    record PackWanted() implements OrderFact {}

    record ShipWanted(@Nullable String carrier, @Nullable String trackingNumber) implements OrderFact {}

    record DeliverWanted() implements OrderFact {}

    record CompleteWanted() implements OrderFact {}
}
