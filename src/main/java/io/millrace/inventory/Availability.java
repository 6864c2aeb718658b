package io.millrace.inventory;

import io.millrace.money.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What a basket would meet: per line, in the order asked, and per pool, where lines that draw on the same grams meet.
public record Availability(boolean available, List<LineView> lines, List<PoolView> pools) {

    /// One line: how many of the variant could be had after the lines before it. `ok` when that is enough.
    public record LineView(UUID variantId, long requested, long availableQuantity, boolean ok) {}

    /// One pool: what all lines ask of it together, in its unit (`piece` or `gram`), and what is missing.
    public record PoolView(UUID poolId, String unit, long requested, long available, long missing) {}

    /// A line that cannot be had as asked; `known` is false when nobody sells the variant.
    public record Shortage(UUID variantId, long requested, long availableQuantity, boolean known) {}

    /// How a variant draws on its pool; a variant that is not counted has none (`pool` null) and never runs out.
    record Draw(UUID variant, @org.jspecify.annotations.Nullable UUID pool, String unit, long factor, long available) {}

    /// Compares what is asked with what is there. Lines take from a pool in the order they were asked.
    static Availability of(List<Line> lines, Map<UUID, Draw> draws) {
        Map<UUID, PoolView> pools = new LinkedHashMap<>();
        List<LineView> views = new ArrayList<>();
        for (Line line : lines) {
            Draw draw = draws.get(line.variant());
            if (draw == null) views.add(new LineView(line.variant(), line.quantity(), 0, false));
            else if (draw.pool() == null) views.add(new LineView(line.variant(), line.quantity(), Quantity.MAX, true));
            else views.add(taken(line, draw, draw.pool(), pools));
        }
        return new Availability(views.stream().allMatch(LineView::ok), views, List.copyOf(pools.values()));
    }

    private static LineView taken(Line line, Draw draw, UUID pool, Map<UUID, PoolView> pools) {
        PoolView before = pools.getOrDefault(pool, new PoolView(pool, draw.unit(), 0, draw.available(), 0));
        long asked = Math.addExact(before.requested(), Math.multiplyExact(draw.factor(), line.quantity()));
        pools.put(pool, new PoolView(pool, draw.unit(), asked, draw.available(),
            Math.max(0, asked - draw.available())));
        long left = Math.max(0, draw.available() - before.requested()) / draw.factor();
        return new LineView(line.variant(), line.quantity(), left, left >= line.quantity());
    }

    /// The lines that cannot be had as asked.
    List<Shortage> shortages(Map<UUID, Draw> draws) {
        return lines.stream().filter(line -> !line.ok()).map(line -> new Shortage(line.variantId(), line.requested(),
            line.availableQuantity(), draws.containsKey(line.variantId()))).toList();
    }
}
