package io.millrace.cart;

import io.millrace.money.Money;
import io.millrace.money.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What somebody intends to buy on a channel. `version` moves with every change of the lines; an empty cart that was
/// never written has no id and version 0.
public record Cart(@Nullable UUID id, String channel, long version, List<Line> lines) {
    /// Lines of one cart.
    public static final int LINES_MAX = 200;

    /// So many of a variant with these options (an engraving, a ribbon), and what one cost when the client last saw
    /// the cart; null when it never did.
    public record Line(UUID id, UUID variantId, Map<String, String> options, int quantity, @Nullable Money seen) {
        Line times(int other) {
            return new Line(id, variantId, options, other, seen);
        }

        Line seenAt(@Nullable Money price) {
            return new Line(id, variantId, options, quantity, price);
        }

        boolean isOf(UUID variant, Map<String, String> chosen) {
            return variantId.equals(variant) && options.equals(chosen);
        }
    }

    public Cart {
        lines = List.copyOf(lines);
    }

    static Cart none(String channel) {
        return new Cart(null, channel, 0, List.of());
    }

    public boolean isEmpty() {
        return lines.isEmpty();
    }

    /// What one of each variant cost when the client last saw the cart: for `Quote.differenceFrom`.
    public Map<UUID, Money> seen() {
        Map<UUID, Money> seen = new LinkedHashMap<>();
        for (Line line : lines) if (line.seen() != null) seen.putIfAbsent(line.variantId(), line.seen());
        return seen;
    }

    /// How many of each variant, over all lines.
    Map<UUID, Long> quantities() {
        Map<UUID, Long> quantities = new LinkedHashMap<>();
        for (Line line : lines) quantities.merge(line.variantId(), (long) line.quantity(), Long::sum);
        return quantities;
    }

    /// So many more: onto the line of the same variant and options, else as a new line at the end.
    Editing add(Supplier<UUID> ids, UUID variant, Map<String, String> options, int quantity) {
        for (Line line : lines)
            if (line.isOf(variant, options)) return quantity(line.id(), (long) line.quantity() + quantity);
        if (lines.size() >= LINES_MAX) return new Editing.CartFull();
        List<Line> more = new ArrayList<>(lines);
        more.add(new Line(ids.get(), variant, options, quantity, null));
        return edited(more);
    }

    /// That line has so many now.
    Editing quantity(UUID lineId, long quantity) {
        if (!Quantity.isValid(quantity)) return new Editing.QuantityTooLarge();
        return onLine(lineId, line -> line.times((int) quantity));
    }

    Editing remove(UUID lineId) {
        return onLine(lineId, line -> null);
    }

    Cart cleared() {
        return new Cart(id, channel, version, List.of());
    }

    /// Takes over the lines of the cart that its owner filled before signing in. All of them or, when together they
    /// were too many lines or too large a line, none: then that cart stays what it is.
    Cart merged(Cart guest, Supplier<UUID> ids) {
        Cart sum = this;
        for (Line line : guest.lines()) {
            if (!(sum.add(ids, line.variantId(), line.options(), line.quantity()) instanceof Editing.Edited(var next)))
                return this;
            sum = next;
        }
        return sum;
    }

    /// The same cart after its prices were shown.
    Cart seenAt(Map<UUID, Money> prices) {
        return new Cart(id, channel, version, lines.stream().map(line -> {
            Money now = prices.get(line.variantId());
            return now == null || now.equals(line.seen()) ? line : line.seenAt(now);
        }).toList());
    }

    private Editing onLine(UUID lineId, Function<Line, @Nullable Line> change) {
        List<Line> next = new ArrayList<>(lines.size());
        boolean found = false;
        for (Line line : lines) {
            boolean here = line.id().equals(lineId);
            Line kept = here ? change.apply(line) : line;
            found |= here;
            if (kept != null) next.add(kept);
        }
        return found ? edited(next) : new Editing.NoSuchLine();
    }

    private Editing edited(List<Line> next) {
        return new Editing.Edited(new Cart(id, channel, version, next));
    }
}
