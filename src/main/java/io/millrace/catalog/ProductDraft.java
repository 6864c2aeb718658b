package io.millrace.catalog;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A product as a writer wants it; null is "as it was", or the usual for a new one (a name is needed then).
///
/// It is the existing one with this id, else with this external key, else the one that owns one of the variants' SKUs;
/// else it is new. `variants` null keeps all; given, they are merged into the existing ones, and when
/// `variantsComplete` those not named are removed. `version` (from `If-Match`) refuses the write when it is not the
/// present one. A `featured` rank below zero takes the product off the featured shelf.
public record ProductDraft(@Nullable UUID id, String channel, @Nullable String externalKey, @Nullable String slug,
    @Nullable String name, @Nullable ProductType type, @Nullable ProductStatus status,
    @Nullable String shortDescription, @Nullable String description, @Nullable String brand,
    @Nullable String taxCategory, @Nullable UUID seller, @Nullable Map<String, Object> attributes,
    @Nullable List<Image> images, @Nullable List<UUID> categories, @Nullable Integer featured,
    @Nullable List<VariantDraft> variants, boolean variantsComplete, @Nullable Long version) {

    /// An active product of that type with these variants and nothing else said.
    public static ProductDraft of(String channel, String name, ProductType type, VariantDraft... variants) {
        return new ProductDraft(null, channel, null, null, name, type, ProductStatus.ACTIVE, null, null, null, null,
            null, null, null, null, null, List.of(variants), true, null);
    }
}
