package io.millrace.cart;

import io.millrace.catalog.Variant;
import io.millrace.pricing.PriceTag;
import io.millrace.pricing.Want;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// A cart with what is known now about its variants and their prices, read together.
public record PricedCart(Cart cart, Map<UUID, Variant> variants, Map<UUID, PriceTag> tags) {

    /// Variants of the cart that cannot be bought: unknown, removed, inactive, or without a price. They block checkout.
    public Set<UUID> blocked() {
        Set<UUID> blocked = new LinkedHashSet<>();
        for (Cart.Line line : cart.lines()) if (!sells(line.variantId())) blocked.add(line.variantId());
        return blocked;
    }

    /// What is to be quoted: the lines that can be bought, in the cart's order.
    public List<Want> wants() {
        return sellable().stream().map(line -> Want.of(variant(line), line.quantity())).toList();
    }

    /// The lines behind [#wants], one for one.
    public List<Cart.Line> sellable() {
        return cart.lines().stream().filter(line -> sells(line.variantId())).toList();
    }

    private Variant variant(Cart.Line line) {
        Variant variant = variants.get(line.variantId());
        if (variant == null) throw new IllegalStateException("a line of an unknown variant was to be quoted");
        return variant;
    }

    boolean sells(UUID variantId) {
        Variant variant = variants.get(variantId);
        return variant != null && variant.active() && tags.containsKey(variantId);
    }
}
