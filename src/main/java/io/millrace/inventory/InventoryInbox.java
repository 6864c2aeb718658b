package io.millrace.inventory;

import io.millrace.catalog.CatalogEvent;
import io.millrace.messaging.Change;
import io.millrace.messaging.InTransaction;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// What the catalogue says, in the same transaction: a product that can be seen has its pools.
///
/// | fact | what it means here |
/// |---|---|
/// | ProductSaved | its pools and draws are there; what was said to lie there does, never less than is reserved |
/// | ProductRemoved | its variants are sold no longer; what lies there stays in the book |
final class InventoryInbox implements InTransaction<CatalogEvent> {
    private final InstantSource clock;

    InventoryInbox(InstantSource clock) {
        this.clock = clock;
    }

    @Override public Class<CatalogEvent> page() {
        return CatalogEvent.class;
    }

    @Override public Mono<Change> hear(List<CatalogEvent> facts, Change change) {
        Map<UUID, Opening.Stated> saved = new LinkedHashMap<>();
        List<UUID> gone = facts.stream().filter(CatalogEvent.ProductRemoved.class::isInstance)
            .map(fact -> ((CatalogEvent.ProductRemoved) fact).productId()).toList();
        for (CatalogEvent fact : facts)
            if (fact instanceof CatalogEvent.ProductSaved it)
                saved.put(it.product().id(), new Opening.Stated(it.product(), it.offers()));
        Change more = saved.isEmpty() ? change
            : change.with(Openings.piece(Opening.of(saved.values()), saved.keySet(), clock.instant()));
        return Mono.just(gone.isEmpty() ? more : more.with(Openings.closed(gone)));
    }
}
