package io.millrace.storefront;

import io.millrace.catalog.CatalogEvent;
import io.millrace.messaging.Fact;
import io.millrace.pricing.PricingEvent;
import io.millrace.storefront.Ready.Stamp;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// What this node knows of change: a stamp for each channel's goods, one for its tree, and stamps for products, many
/// products sharing one. Facts move them, and everything made before is old.
final class Freshness {
    private static final int STRIPES = 4_096;

    private final Map<String, Stamp> goods = new ConcurrentHashMap<>();
    private final Map<String, Stamp> trees = new ConcurrentHashMap<>();
    private final Stamp[] products = new Stamp[STRIPES];

    Freshness() {
        for (int i = 0; i < STRIPES; i++) products[i] = new Stamp();
    }

    /// What lists of a channel are made from.
    Stamp[] ofLists(String channel) {
        return new Stamp[]{goods(channel), tree(channel)};
    }

    /// What one product's detail is made from.
    Stamp[] ofProduct(String channel, UUID product) {
        return new Stamp[]{stripe(product), tree(channel)};
    }

    /// The channels that the facts change.
    static Set<String> channels(Collection<? extends Fact> facts) {
        Set<String> channels = new HashSet<>();
        for (Fact fact : facts) {
            switch (fact) {
                case CatalogEvent.ProductSaved it -> channels.add(it.product().channel());
                case CatalogEvent.ProductRemoved it -> channels.add(it.channel());
                case PricingEvent.PricesChanged it -> channels.add(it.channel());
                case StorefrontEvent.StockShown it -> channels.add(it.channel());
                case CatalogEvent.CategorySaved it -> channels.add(it.category().channel());
                case CatalogEvent.CategoryRemoved it -> channels.add(it.channel());
                default -> {}
            }
        }
        return channels;
    }

    /// Moves the stamps of what the facts change.
    void heard(Collection<? extends Fact> facts) {
        for (Fact fact : facts) {
            switch (fact) {
                case CatalogEvent.ProductSaved it -> stripe(it.product().id()).move();
                case CatalogEvent.ProductRemoved it -> stripe(it.productId()).move();
                case PricingEvent.PricesChanged it -> stripe(it.productId()).move();
                case StorefrontEvent.StockShown it -> stripe(it.product()).move();
                case CatalogEvent.CategorySaved it -> tree(it.category().channel()).move();
                case CatalogEvent.CategoryRemoved it -> tree(it.channel()).move();
                default -> {}
            }
        }
        channels(facts).forEach(channel -> goods(channel).move());
    }

    private Stamp goods(String channel) {
        return goods.computeIfAbsent(channel, name -> new Stamp());
    }

    private Stamp tree(String channel) {
        return trees.computeIfAbsent(channel, name -> new Stamp());
    }

    private Stamp stripe(UUID product) {
        return products[Math.floorMod(product.hashCode(), STRIPES)];
    }
}
