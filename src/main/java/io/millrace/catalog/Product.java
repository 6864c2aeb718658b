package io.millrace.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A product as it stands, whole: what facts carry and admins read.
///
/// `externalKey` is what the source of an import calls it. `formerSlugs` still lead to it. `categories` are the shelves
/// it stands on directly. `featured` is its rank among the featured products, null when it is not one. Its variants
/// speak for themselves here: their own picture only, and `active` whatever the product's status.
public record Product(UUID id, String channel, @Nullable String externalKey, String slug, List<String> formerSlugs,
    String name, ProductType type, ProductStatus status, String shortDescription, String description,
    @Nullable String brand, String taxCategory, @Nullable UUID seller, Map<String, Object> attributes,
    List<Image> images, List<UUID> categories, @Nullable Integer featured, List<Variant> variants, long version,
    Instant createdAt, Instant updatedAt, @Nullable Instant publishedAt) {
}
