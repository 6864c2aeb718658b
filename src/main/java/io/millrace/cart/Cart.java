package io.millrace.cart;

import io.millrace.money.Money;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What somebody intends to buy on a channel. `version` moves with every change of the lines; an empty cart that was
/// never written has no id and version 0.
public record Cart(@Nullable UUID id, String channel, long version, List<Line> lines) {

    /// So many of a variant with these options (an engraving, a ribbon), and what one cost when the client last saw
    /// the cart; null when it never did.
    public record Line(UUID id, UUID variantId, Map<String, String> options, int quantity, @Nullable Money seen) {}

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
}
