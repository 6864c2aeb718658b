package io.millrace.ordering;

import io.millrace.catalog.Variant;
import io.millrace.channel.Channel;
import io.millrace.inventory.Line;
import io.millrace.money.Money;
import io.millrace.pricing.PriceTag;
import io.millrace.pricing.Quote;
import io.millrace.pricing.Want;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is about to be ordered, with all that is known now about its variants and prices: from a cart (then with its id
/// and version), or from the request itself. Frozen: quote, stock and order lines all come from this one reading.
record Basket(List<PlaceOrder.WantedLine> lines, Map<UUID, Variant> variants, Map<UUID, PriceTag> tags,
    Map<UUID, Money> seen, @Nullable UUID cart, long cartVersion) {

    Set<UUID> notForSale() {
        Set<UUID> not = new LinkedHashSet<>();
        for (PlaceOrder.WantedLine line : lines) {
            Variant variant = variants.get(line.variantId());
            if (variant == null || !variant.active() || !tags.containsKey(line.variantId())) not.add(line.variantId());
        }
        return not;
    }

    List<Want> wants() {
        return lines.stream().map(line -> Want.of(variant(line), line.quantity())).toList();
    }

    List<Line> goods() {
        return lines.stream().map(line -> new Line(line.variantId(), line.quantity())).toList();
    }

    /// The lines of the order, as quoted; the quote's lines stand in the order of ours.
    List<OrderView.Item> items(Quote quote) {
        List<OrderView.Item> items = new ArrayList<>();
        List<Quote.Line> unused = new ArrayList<>(quote.lines());
        for (PlaceOrder.WantedLine line : lines) {
            Quote.Line priced = unused.stream().filter(one -> one.variantId().equals(line.variantId())
                && one.quantity() == line.quantity()).findFirst()
                .orElseThrow(() -> new IllegalStateException("a line was not quoted"));
            unused.remove(priced);
            items.add(item(line, priced, quote));
        }
        return List.copyOf(items);
    }

    static OrderView.@Nullable Shipping shipping(Quote quote) {
        Quote.Shipping way = quote.shipping();
        return way == null ? null : new OrderView.Shipping(way.code(), way.name(), way.price(), way.tax(),
            way.total(), quote.explain(way));
    }

    /// Whether the way these goods go out needs an address.
    static boolean needsAddress(Channel channel, Quote quote) {
        Quote.Shipping way = quote.shipping();
        return way != null && channel.shippingMethod(way.code()).map(method -> method.addressed()).orElse(true);
    }

    private OrderView.Item item(PlaceOrder.WantedLine line, Quote.Line priced, Quote quote) {
        Variant variant = variant(line);
        return new OrderView.Item(variant.id(), variant.productId(), variant.sku(), variant.title(),
            variant.imageUrl(), line.options(), line.quantity(), priced.unitPrice(), priced.lineTotal(),
            priced.discount(), priced.tax(), priced.taxRate().toString(), priced.total(), quote.explain(priced));
    }

    private Variant variant(PlaceOrder.WantedLine line) {
        Variant variant = variants.get(line.variantId());
        if (variant == null) throw new IllegalStateException("a line of an unknown variant was to be ordered");
        return variant;
    }
}
