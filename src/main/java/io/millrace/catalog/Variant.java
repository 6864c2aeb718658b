package io.millrace.catalog;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What can be put into a cart: one form of a product, with what buyers' rooms need to know about the product itself.
///
/// `name` is the variant's own ("250 g", "size 9 brown"; empty for the only one), [#title] is both. One of it draws
/// `factor` units (pieces or grams) from its pool of stock; `pool` names a pool that several variants of the product
/// share, null means the usual: weighed variants of a product share one, pieces have their own. `active` is false as
/// well when its product is not active; inactive variants cannot be bought.
public record Variant(UUID id, UUID productId, String channel, String sku, String name, String productName,
    String productSlug, ProductType type, String taxCategory, @Nullable UUID seller, Unit unit, long factor,
    @Nullable String pool, @Nullable Integer weightGrams, @Nullable String imageUrl, Map<String, String> options,
    int position, boolean isDefault, boolean active) {

    /// The product's and the variant's name together.
    public String title() {
        return name.isEmpty() ? productName : productName + ", " + name;
    }

    /// The name of the pool of stock it draws from, unique in the house.
    public String poolKey() {
        if (pool != null) return "product:" + productId + "/" + pool;
        return unit == Unit.GRAM ? "product:" + productId : "variant:" + id;
    }
}
