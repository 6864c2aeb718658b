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

    /// Moves the stamps; answers the channels that changed.
    Set<String> heard(Collection<? extends Fact> facts) {
        Set<String> channels = new HashSet<>();
        for (Fact fact : facts) {
            switch (fact) {
                case CatalogEvent.ProductSaved it -> product(it.product().channel(), it.product().id(), channels);
                case CatalogEvent.ProductRemoved it -> product(it.channel(), it.productId(), channels);
                case PricingEvent.PricesChanged it -> product(it.channel(), it.productId(), channels);
                case StorefrontEvent.StockShown it -> product(it.channel(), it.product(), channels);
                case CatalogEvent.CategorySaved it -> shelf(it.category().channel(), channels);
                case CatalogEvent.CategoryRemoved it -> shelf(it.channel(), channels);
                default -> {}
            }
        }
        channels.forEach(channel -> goods(channel).move());
        return channels;
    }

    private void product(String channel, UUID product, Set<String> channels) {
        stripe(product).move();
        channels.add(channel);
    }

    private void shelf(String channel, Set<String> channels) {
        tree(channel).move();
        channels.add(channel);
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
