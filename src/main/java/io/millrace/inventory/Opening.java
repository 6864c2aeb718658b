package io.millrace.inventory;

import io.millrace.catalog.Offer;
import io.millrace.catalog.Product;
import io.millrace.catalog.Variant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What saved products mean for the stockroom: which pools there must be, who draws on them, and what lies there.
record Opening(List<Wish> pools, List<Draws> draws) {
    /// Nothing was said about what lies there.
    static final long UNSAID = -1;

    /// A pool that must be there; `step` is what its smallest variant takes.
    record Wish(UUID id, String key, UUID product, String channel, String unit, long step, long onHand) {
        private Wish and(long factor, long said) {
            return new Wish(id, key, product, channel, unit, Math.min(step, factor), Math.max(onHand, said));
        }
    }

    record Draws(UUID variant, UUID product, @Nullable UUID pool, long factor, boolean sold) {}

    /// A product's goods and what its writer said of them. Goods that do not travel are counted only when somebody
    /// says how many there are; of those that do there is nothing until somebody says so. Where the variants of one
    /// pool were given different numbers, the largest counts.
    static Opening of(Collection<Stated> products) {
        Map<UUID, Wish> pools = new LinkedHashMap<>();
        List<Draws> draws = new ArrayList<>();
        for (Stated stated : products)
            for (Variant variant : stated.product().variants()) {
                long said = stated.onHand(variant.id());
                boolean counted = said != UNSAID || stated.product().type().travels();
                UUID pool = counted ? Inventory.poolOf(variant) : null;
                draws.add(new Draws(variant.id(), stated.product().id(), pool, variant.factor(), variant.active()));
                if (pool != null)
                    pools.merge(pool, new Wish(pool, variant.poolKey(), stated.product().id(),
                        stated.product().channel(), variant.unit().word(), variant.factor(), said),
                        (before, next) -> before.and(next.step(), next.onHand()));
            }
        return new Opening(List.copyOf(pools.values()), List.copyOf(draws));
    }

    /// A product with what was said about it.
    record Stated(Product product, List<Offer> offers) {
        private long onHand(UUID variant) {
            return offers.stream().filter(offer -> offer.variantId().equals(variant)).map(Offer::onHand)
                .filter(java.util.Objects::nonNull).mapToLong(Long::longValue).findFirst().orElse(UNSAID);
        }
    }
}
