package io.millrace.catalog;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Everything this room announces. Products and categories count their facts in their own version.
public sealed interface CatalogEvent extends Fact {
    /// A product is as `product` says now; `offers` hold what its writer said about prices and stock (a variant he said
    /// nothing about is not in the list). Heard in the same transaction by pricing, inventory and storefront.
    record ProductSaved(UUID id, long version, Instant at, Product product, List<Offer> offers)
        implements
            CatalogEvent {
        @Override public String aggregate() {
            return "product:" + product.id();
        }
    }

    /// A product is no longer there; its variants cannot be bought any more.
    record ProductRemoved(UUID id, long version, Instant at, UUID productId, String channel, List<UUID> variantIds)
        implements
            CatalogEvent {
        @Override public String aggregate() {
            return "product:" + productId;
        }
    }

    /// A category is as it says now; one fact for every category whose path moved along.
    record CategorySaved(UUID id, long version, Instant at, Category category) implements CatalogEvent {
        @Override public String aggregate() {
            return "category:" + category.id();
        }
    }

    /// An empty category is no longer there.
    record CategoryRemoved(UUID id, long version, Instant at, UUID categoryId, String channel)
        implements
            CatalogEvent {
        @Override public String aggregate() {
            return "category:" + categoryId;
        }
    }
}
