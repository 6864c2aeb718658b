package io.millrace.ordering;

import io.millrace.money.Money;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a decision wants done in the rooms below, in the same statement as the order's own move.
sealed interface Effect {
    record CommitStock(UUID reservation) implements Effect {}

    record ReleaseStock(UUID reservation) implements Effect {}

    /// Takes the goods of a lapsed reservation again; refused as stale when they went in the meantime.
    record RetakeStock(UUID reservation) implements Effect {}

    /// Puts goods that were taken for good back on the shelf.
    record ReturnStock(UUID reservation) implements Effect {}

    record OpenPayment(UUID payment, Money amount, String method) implements Effect {}

    record CancelPayment(UUID payment) implements Effect {}

    record RefundPayment(UUID payment, Money amount, String reason) implements Effect {}

    /// The payer owes the order's sum from now on.
    record BookSale() implements Effect {}

    /// The sale is off; so much of it had been given back before.
    record UnbookSale(Money refundedBefore) implements Effect {}

    /// So much of a sale that stands was given back.
    record BookRefund(Money amount) implements Effect {}

    record PackParcel() implements Effect {}

    record ShipParcel(@Nullable String carrier, @Nullable String trackingNumber) implements Effect {}

    record DeliverParcel() implements Effect {}
}
