package io.millrace.inventory;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// Everything this room announces: what became of a reservation, and where a pool crossed a line.
///
/// A reservation says nothing while it is merely held; its first fact has version 1. A pool speaks only when it
/// crosses between "nothing left", "low" and "enough", in the statement that made it cross.
public sealed interface InventoryEvent extends Fact {
    /// Facts of one reservation; `ref` is what the asker called it (`order:0198...`).
    sealed interface OfReservation extends InventoryEvent {
        UUID reservation();

        String ref();

        @Override default String aggregate() {
            return "reservation:" + reservation();
        }
    }

    /// Facts of one pool. `available` is in the pool's unit (pieces or grams).
    sealed interface OfPool extends InventoryEvent {
        UUID pool();

        UUID product();

        long available();

        @Override default String aggregate() {
            return "pool:" + pool();
        }
    }

    /// The goods are sold: they left the pool.
    record StockCommitted(UUID id, UUID reservation, String ref, long version, Instant at) implements OfReservation {}

    /// The goods can be sold to somebody else again; `sold` when they had been sold before (a cancelled sale).
    record StockReleased(UUID id, UUID reservation, String ref, boolean sold, long version, Instant at)
        implements
            OfReservation {}

    /// Nobody paid in time: the goods can be sold to somebody else again.
    record ReservationLapsed(UUID id, UUID reservation, String ref, long version, Instant at)
        implements
            OfReservation {}

    /// Nothing can be bought from this pool any more: less is left than its smallest variant takes.
    record StockOut(UUID id, UUID pool, UUID product, long available, long version, Instant at) implements OfPool {}

    /// Something can be bought from this pool again; `low` when it is not more than the low-stock mark.
    record StockIn(UUID id, UUID pool, UUID product, long available, boolean low, long version, Instant at)
        implements
            OfPool {}

    /// What is left fell to the low-stock mark.
    record StockLow(UUID id, UUID pool, UUID product, long available, long version, Instant at) implements OfPool {}

    /// What is left rose above the low-stock mark again.
    record StockEnough(UUID id, UUID pool, UUID product, long available, long version, Instant at)
        implements
            OfPool {}
}
