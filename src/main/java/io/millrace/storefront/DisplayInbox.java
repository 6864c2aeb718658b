package io.millrace.storefront;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.CatalogEvent;
import io.millrace.catalog.Category;
import io.millrace.catalog.Offer;
import io.millrace.catalog.Product;
import io.millrace.channel.Channels;
import io.millrace.http.Ids;
import io.millrace.inventory.InventoryEvent;
import io.millrace.messaging.Change;
import io.millrace.messaging.Fact;
import io.millrace.messaging.InTransaction;
import io.millrace.messaging.Messaging;
import io.millrace.pricing.PricingEvent;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Keeps the displays true: the catalogue's and pricing's writes change them in the same transaction (an admin reads
/// his own write), stock crossings after their commit.
final class DisplayInbox {
    private final Displays displays;
    private final Catalog catalog;
    private final Channels channels;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    DisplayInbox(Displays displays, Catalog catalog, Channels channels, Messaging messaging, Ids ids,
        InstantSource clock) {
        this.displays = displays;
        this.catalog = catalog;
        this.channels = channels;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    InTransaction<CatalogEvent> ofCatalog() {
        return new Heard<>(CatalogEvent.class, this::goods);
    }

    InTransaction<PricingEvent> ofPricing() {
        return new Heard<>(PricingEvent.class, this::prices);
    }

    private Mono<Change> goods(List<CatalogEvent> facts, Change change) {
        Map<UUID, CatalogEvent.ProductSaved> saved = new LinkedHashMap<>();
        List<UUID> gone = new ArrayList<>();
        List<Category> shelves = new ArrayList<>();
        List<UUID> shelvesGone = new ArrayList<>();
        for (CatalogEvent fact : facts) {
            switch (fact) {
                case CatalogEvent.ProductSaved it -> saved.put(it.product().id(), it);
                case CatalogEvent.ProductRemoved it -> gone.add(it.productId());
                case CatalogEvent.CategorySaved it -> shelves.add(it.category());
                case CatalogEvent.CategoryRemoved it -> shelvesGone.add(it.categoryId());
            }
        }
        Change more = change;
        if (!gone.isEmpty()) more = more.with(Displays.remove(gone));
        if (!shelves.isEmpty()) more = more.with(Displays.save(shelves));
        if (!shelvesGone.isEmpty()) more = more.with(Displays.removeCategories(shelvesGone));
        Change all = more;
        return saved.isEmpty() ? Mono.just(all) : displays.kept(saved.keySet())
            .map(kept -> all.with(Displays.save(saved.values().stream().map(fact -> shown(fact, kept)).toList())));
    }

    private Display shown(CatalogEvent.ProductSaved fact, Map<UUID, Displays.Kept> kept) {
        Map<UUID, Long> said = new HashMap<>();
        Map<UUID, Long> stated = new HashMap<>();
        for (Offer offer : fact.offers()) {
            if (offer.price() != null) said.put(offer.variantId(), offer.price().minor());
            if (offer.onHand() != null) stated.put(offer.variantId(), offer.onHand());
        }
        Product product = fact.product();
        Displays.Kept before = kept.get(product.id());
        return Display.of(product, currency(product), said, stated, before == null ? null : display(product, before));
    }

    /// Prices that moved together with their product are on display already, or go with it: one row is written once.
    private Mono<Change> prices(List<PricingEvent> facts, Change change) {
        Set<UUID> written = new HashSet<>();
        for (Fact fact : change.facts()) {
            if (fact instanceof CatalogEvent.ProductSaved it) written.add(it.product().id());
            if (fact instanceof CatalogEvent.ProductRemoved it) written.add(it.productId());
        }
        Map<UUID, PricingEvent.PricesChanged> moved = new LinkedHashMap<>();
        for (PricingEvent fact : facts)
            if (fact instanceof PricingEvent.PricesChanged it && !written.contains(it.productId()))
                moved.put(it.productId(), it);
        if (moved.isEmpty()) return Mono.just(change);
        String channel = moved.values().iterator().next().channel();
        return loaded(channel, moved.keySet()).map(shown -> {
            List<Display> now = shown.values().stream()
                .map(display -> display.priced(prices(moved.get(display.product().id())))).toList();
            return now.isEmpty() ? change : change.with(Displays.save(now));
        });
    }

    private static Map<UUID, Long> prices(PricingEvent.@Nullable PricesChanged fact) {
        Map<UUID, Long> prices = new HashMap<>();
        if (fact != null) fact.prices().forEach(price -> prices.put(price.variantId(), price.price().minor()));
        return prices;
    }

    /// A pool crossed a line: its product's card and detail say so, and every node hears that they changed.
    Mono<Void> stock(InventoryEvent fact) {
        if (!(fact instanceof InventoryEvent.OfPool pool)) return Mono.empty();
        List<UUID> one = List.of(pool.product());
        // our row first: a product that is written after it makes our own write stale
        return Change.retryStale(() -> displays.kept(one).flatMap(kept -> catalog.product(pool.product())
            .flatMap(product -> crossed(product, kept.get(product.id()), pool)))).then();
    }

    private Mono<Boolean> crossed(Product product, Displays.@Nullable Kept kept, InventoryEvent.OfPool pool) {
        if (kept == null) return Mono.just(false);
        Display before = display(product, kept);
        Display now = before.heard(pool.pool(), new Display.Pool(pool.available(), pool.version()));
        if (now == before || now.card().equals(before.card()) && now.detail().equals(before.detail()))
            return Mono.just(false);
        Display telling = now.telling();
        return messaging.commit(Change.of(Displays.save(List.of(telling))).tells(new StorefrontEvent.StockShown(
            ids.next(), telling.told(), clock.instant(), product.id(), product.channel(), now.isInStock())))
            .thenReturn(true);
    }

    private Mono<Map<UUID, Display>> loaded(String channel, Collection<UUID> products) {
        return displays.kept(products).flatMap(kept -> catalog.products(channel, products).map(found -> {
            Map<UUID, Display> shown = new LinkedHashMap<>();
            for (Product product : found) {
                Displays.Kept row = kept.get(product.id());
                if (row != null) shown.put(product.id(), display(product, row));
            }
            return shown;
        }));
    }

    private Display display(Product product, Displays.Kept kept) {
        return new Display(product, currency(product), kept.prices(), kept.stock(), kept.revision(),
            kept.told());
    }

    private Currency currency(Product product) {
        return channels.byCode(product.channel())
            .orElseThrow(() -> new IllegalStateException("a product of the unknown channel " + product.channel()))
            .currency();
    }

    private record Heard<F extends Fact>(Class<F> page, Ear<F> ear) implements InTransaction<F> {
        @Override public Mono<Change> hear(List<F> facts, Change change) {
            return ear.hear(facts, change);
        }
    }

    @FunctionalInterface
    private interface Ear<F extends Fact> {
        Mono<Change> hear(List<F> facts, Change change);
    }
}
