package io.millrace.ordering;

import io.millrace.inventory.Availability;
import io.millrace.pricing.Quote;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// What became of a checkout. Checked in this order, and after the last one nothing is refused any more.
sealed interface Placement {
    /// `reply` is the answer's body, ready, and the same bytes that a repeat of the request gets.
    record Placed(OrderView order, byte[] reply) implements Placement {}

    /// The channel does not take this method, or nobody collects it.
    record MethodNotAllowed(String method) implements Placement {}

    record CartEmpty() implements Placement {}

    /// These cannot be bought here: unknown, withdrawn, or without a price.
    record NotForSale(Set<UUID> variants) implements Placement {}

    record AmountTooLarge() implements Placement {}

    /// The goods travel and nobody said where to.
    record AddressNeeded() implements Placement {}

    /// It costs something else than the buyer agreed to.
    record PriceChanged(Quote.Difference difference) implements Placement {}

    record OutOfStock(List<Availability.Shortage> shortages) implements Placement {}

    /// The cart was changed or ordered while it was being ordered.
    record CartChanged() implements Placement {}

    /// So many want the same goods just now that waiting would not be honest.
    record Busy() implements Placement {}
}
