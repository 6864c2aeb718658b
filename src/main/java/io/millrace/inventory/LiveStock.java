package io.millrace.inventory;

import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// A product's stock as shoppers see it, now and live on every node.
///
/// The stream is a snapshot, then a snapshot after each crossing that this node hears of; a slow reader misses steps
/// in between, never the last one.
final class LiveStock {
    /// Live streams of one node.
    static final int STREAMS_MAX = 5_000;
    private static final int RETRY_AFTER_SECONDS = 10;

    private final Pools pools;
    private final boolean exactForAll;
    private final Sinks.Many<UUID> crossed = Sinks.many().multicast().directBestEffort();
    private final AtomicInteger streams = new AtomicInteger();

    /// `exactForAll`: whether shoppers see numbers, or only whether there is enough.
    LiveStock(Pools pools, boolean exactForAll) {
        this.pools = pools;
        this.exactForAll = exactForAll;
    }

    /// The buckets that shoppers see.
    enum Level {
        OUT_OF_STOCK, LOW_STOCK, IN_STOCK;

        @com.fasterxml.jackson.annotation.JsonValue String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// `available` is in pieces of that variant.
    record VariantView(UUID variantId, boolean inStock, @Nullable Long available) {}

    record StockView(UUID productId, boolean inStock, Level level, List<VariantView> variants) {}

    /// Where the product stands, and how many crossings led there.
    private record Snapshot(StockView view, long crossings) {}

    /// Empty when nobody sells the product.
    Mono<StockView> now(UUID product, boolean exact) {
        return snapshot(product, exact).map(Snapshot::view);
    }

    Mono<Reply> stream(UUID product, boolean exact) {
        if (streams.get() >= STREAMS_MAX)
            return Reply.refuse(Problem.unavailable("too_many_streams",
                "Too many live streams just now", RETRY_AFTER_SECONDS));
        return snapshot(product, exact).flatMap(first -> Reply.events(events(product, exact)))
            .switchIfEmpty(Reply.refuse(Problem.notFound("Product")));
    }

    /// Every node hears every crossing.
    Mono<Void> hear(List<InventoryEvent> facts) {
        return Mono.fromRunnable(() -> facts.forEach(fact -> {
            if (fact instanceof InventoryEvent.OfPool pool) tell(pool.product());
        }));
    }

    /// Several threads may tell at once; a sink takes one at a time.
    private synchronized void tell(UUID product) {
        crossed.tryEmitNext(product);
    }

    /// Listens before it looks, so that no crossing falls between.
    private Flux<Reply.Event> events(UUID product, boolean exact) {
        return Flux.merge(crossed.asFlux().filter(product::equals), Mono.just(product))
            .onBackpressureLatest()
            .concatMap(tick -> snapshot(product, exact), 1)
            .distinctUntilChanged()
            .map(snapshot -> new Reply.Event(Long.toString(snapshot.crossings()), "stock", snapshot.view()))
            .doOnSubscribe(subscription -> streams.incrementAndGet())
            .doFinally(signal -> streams.decrementAndGet());
    }

    private Mono<Snapshot> snapshot(UUID product, boolean exact) {
        return pools.shelf(product).filter(shelf -> !shelf.isEmpty())
            .map(shelf -> snapshot(product, shelf, exact || exactForAll));
    }

    private static Snapshot snapshot(UUID product, List<Pools.Shelf> shelf, boolean exact) {
        List<VariantView> variants = shelf.stream().map(Pools.Shelf::draw).map(draw -> new VariantView(draw.variant(),
            inStock(draw), exact && draw.pool() != null ? draw.available() / draw.factor() : null)).toList();
        return new Snapshot(new StockView(product, variants.stream().anyMatch(VariantView::inStock), level(shelf),
            variants), shelf.stream().mapToLong(Pools.Shelf::facts).sum());
    }

    /// A product is as well stocked as the best stocked of its variants.
    private static Level level(List<Pools.Shelf> shelf) {
        return shelf.stream().map(one -> !inStock(one.draw()) ? Level.OUT_OF_STOCK
            : one.draw().pool() != null && one.draw().available() <= one.lowStockAt() ? Level.LOW_STOCK
                : Level.IN_STOCK)
            .max(Enum::compareTo).orElse(Level.OUT_OF_STOCK);
    }

    private static boolean inStock(Availability.Draw draw) {
        return draw.pool() == null || draw.available() >= draw.factor();
    }
}
