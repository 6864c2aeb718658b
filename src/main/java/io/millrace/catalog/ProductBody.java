package io.millrace.catalog;

import io.millrace.money.Money;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A product as an admin sends it. `sku`, `price`, `breaks`, `on_hand` and `weight_grams` beside the name are short for
/// the product's one variant; with `variants` they are not allowed.
record ProductBody(@Nullable String externalKey, @Nullable String slug, @Nullable String name,
    @Nullable ProductType type, @Nullable ProductStatus status, @Nullable String shortDescription,
    @Nullable String description, @Nullable String brand, @Nullable String taxCategory, @Nullable UUID seller,
    @Nullable Map<String, Object> attributes, @Nullable List<ImageBody> images, @Nullable List<UUID> categories,
    @Nullable Integer featured, @Nullable List<VariantDraft> variants, @Nullable String sku, @Nullable Money price,
    @Nullable List<Offer.Break> breaks, @Nullable Long onHand, @Nullable Integer weightGrams) {

    record ImageBody(@Nullable String url, @Nullable String alt) {
        Image image() {
            return new Image(url == null ? "" : url, alt == null ? "" : alt);
        }
    }

    boolean isShort() {
        return sku != null || price != null || breaks != null || onHand != null || weightGrams != null;
    }

    /// A change of what is said; the rest stays as it is.
    ProductDraft change(@Nullable UUID id, String channel, @Nullable Long version, @Nullable Product was) {
        List<VariantDraft> given = variants;
        if (given == null && isShort()) {
            // for a product that is there, what is said about "the" variant is said about its default one
            UUID one = was == null ? null : was.variants().stream().filter(Variant::isDefault).findFirst()
                .map(Variant::id).orElse(null);
            given = List.of(new VariantDraft(one, sku, null, null, null, null, null, weightGrams, null, null, null,
                price, breaks, onHand));
        }
        return new ProductDraft(id, channel, externalKey, slug, name, type, status, shortDescription, description,
            brand, taxCategory, seller, attributes,
            images == null ? null : images.stream().map(ImageBody::image).toList(), categories, featured, given,
            variants != null, version);
    }

    /// The whole product: what is not said goes back to the usual. Type, slug and status stay where they are unless
    /// they are said, and so does all that hangs on a variant that is named again.
    ProductDraft whole(UUID id, String channel, @Nullable Long version, Product was) {
        ProductDraft said = change(id, channel, version, was);
        return new ProductDraft(id, channel, externalKey, slug, name == null ? "" : name, type, status,
            shortDescription == null ? "" : shortDescription, description == null ? "" : description,
            brand == null ? "" : brand, taxCategory == null ? "standard" : taxCategory, seller,
            attributes == null ? Map.of() : attributes, said.images() == null ? List.of() : said.images(),
            categories == null ? List.of() : categories, featured == null ? -1 : featured, said.variants(),
            variants != null, version);
    }

    /// The product with one more picture.
    static ProductDraft withImage(Product was, Image image, @Nullable Integer rank, @Nullable Long version) {
        List<Image> images = new ArrayList<>(was.images());
        images.add(rank == null ? images.size() : Math.clamp(rank, 0, images.size()), image);
        return new ProductDraft(was.id(), was.channel(), null, null, null, null, null, null, null, null, null, null,
            null, images, null, null, null, false, version);
    }

    static ProductDraft withStatus(Product was, ProductStatus status, @Nullable Long version) {
        return new ProductDraft(was.id(), was.channel(), null, null, null, null, status, null, null, null, null, null,
            null, null, null, null, null, false, version);
    }

    static ProductDraft withVariant(Product was, VariantDraft variant, @Nullable Long version) {
        return new ProductDraft(was.id(), was.channel(), null, null, null, null, null, null, null, null, null, null,
            null, null, null, null, List.of(variant), false, version);
    }

    static ProductDraft without(Product was, UUID variant, @Nullable Long version) {
        List<VariantDraft> left = was.variants().stream().filter(other -> !other.id().equals(variant))
            .map(other -> new VariantDraft(other.id(), null, null, null, null, null, null, null, null, null, null,
                null, null, null))
            .toList();
        return new ProductDraft(was.id(), was.channel(), null, null, null, null, null, null, null, null, null, null,
            null, null, null, null, left, true, version);
    }

    /// A product as its writers see it: what buyers do not see as well.
    static Map<String, Object> view(Product product) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", product.id());
        view.put("channel", product.channel());
        if (product.externalKey() != null) view.put("external_key", product.externalKey());
        view.put("slug", product.slug());
        view.put("name", product.name());
        view.put("type", product.type());
        view.put("status", product.status());
        view.put("short_description", product.shortDescription());
        view.put("description", product.description());
        if (product.brand() != null) view.put("brand", product.brand());
        view.put("tax_category", product.taxCategory());
        if (product.seller() != null) view.put("seller", product.seller());
        view.put("attributes", product.attributes());
        view.put("images", product.images());
        view.put("categories", product.categories());
        if (product.featured() != null) view.put("featured", product.featured());
        view.put("variants", product.variants().stream().map(ProductBody::view).toList());
        view.put("version", product.version());
        view.put("created_at", product.createdAt());
        view.put("updated_at", product.updatedAt());
        if (product.publishedAt() != null) view.put("published_at", product.publishedAt());
        return view;
    }

    static Map<String, Object> view(Variant variant) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", variant.id());
        view.put("product_id", variant.productId());
        view.put("sku", variant.sku());
        view.put("name", variant.name());
        view.put("options", variant.options());
        view.put("unit", variant.unit());
        view.put("factor", variant.factor());
        if (variant.pool() != null) view.put("pool", variant.pool());
        if (variant.weightGrams() != null) view.put("weight_grams", variant.weightGrams());
        if (variant.imageUrl() != null) view.put("image_url", variant.imageUrl());
        view.put("position", variant.position());
        view.put("is_default", variant.isDefault());
        view.put("active", variant.active());
        return view;
    }
}
