package io.millrace.inventory;

import java.util.List;
import java.util.UUID;

/// The answer to "keep these goods": how they will be kept, or why they will not.
public sealed interface Holding {
    /// Put the stocking into your own statement: it reserves there and then (check `out_of_stock`).
    record Inline(UUID reservation, Stocking stocking) implements Holding {}

    /// Many want the same pool just now, so the goods are kept already, for a minute; the stocking adopts them in your
    /// own statement (check `hold_lapsed`). Without it they lapse by their own clock.
    record Held(UUID reservation, Stocking stocking) implements Holding {}

    /// Not enough is left.
    record Short(List<Availability.Shortage> shortages) implements Holding {}

    /// Nobody sells these variants.
    record Unknown(List<UUID> variants) implements Holding {}

    /// So many wait for the same pool that waiting longer would not be honest: answer 503.
    record Busy() implements Holding {}
}
