package io.millrace.storefront;

import io.millrace.catalog.Image;
import io.millrace.catalog.Product;
import io.millrace.catalog.ProductStatus;
import io.millrace.catalog.Variant;
import io.millrace.http.Json;
import io.millrace.inventory.Inventory;
import io.millrace.money.Money;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A product on display: the catalogue's product with the prices and the stock we heard of, rendered to JSON. Pure.
///
/// `prices` are minor units of one of each variant; `stock` is what was last heard of each pool, by the pool's id.
/// `told` counts our own facts about it.
record Display(Product product, Currency currency, Map<UUID, Long> prices, Map<UUID, Pool> stock, long revision,
    long told) {
    private static final int SEARCH_WORDS_CHARS_MAX = 4_000;
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    /// What was last heard of a pool; `version` is the pool's own, 0 while only the catalogue's writer spoke of it.
    record Pool(long available, long version) {}

    /// This product said anew, with what its writer said about prices and stock; the rest is as it was.
    static Display of(Product product, Currency currency, Map<UUID, Long> said, Map<UUID, Long> stated,
        @Nullable Display before) {
        Map<UUID, Long> prices = new HashMap<>();
        Map<UUID, Pool> stock = new HashMap<>();
        for (Variant variant : product.variants()) {
            Long price = said.containsKey(variant.id()) ? said.get(variant.id())
                : before == null ? null : before.prices.get(variant.id());
            if (price != null) prices.put(variant.id(), price);
            UUID pool = Inventory.poolOf(variant);
            Pool heard = before == null ? null : before.stock.get(pool);
            Long onHand = stated.get(variant.id());
            if (heard != null) stock.put(pool, heard);
            else
                if (onHand != null)
                    stock.merge(pool, new Pool(onHand, 0),
                        (one, other) -> one.available >= other.available ? one : other);
        }
        return new Display(product, currency, prices, stock, before == null ? 1 : before.revision + 1,
            before == null ? 0 : before.told);
    }

    Display priced(Map<UUID, Long> now) {
        return new Display(product, currency, now, stock, revision + 1, told);
    }

    /// Itself when the fact is older than what was heard already.
    Display heard(UUID pool, Pool now) {
        Pool before = stock.get(pool);
        if (before != null && before.version >= now.version) return this;
        Map<UUID, Pool> more = new HashMap<>(stock);
        more.put(pool, now);
        return new Display(product, currency, prices, more, revision + 1, told);
    }

    Display telling() {
        return new Display(product, currency, prices, stock, revision, told + 1);
    }

    boolean isListed() {
        return product.status() == ProductStatus.ACTIVE;
    }

    /// Goods that do not travel are there unless somebody counts them; of those that do there is none until told so.
    boolean isInStock(Variant variant) {
        Pool pool = stock.get(Inventory.poolOf(variant));
        return variant.active() && (pool == null ? !product.type().travels() : pool.available >= variant.factor());
    }

    boolean isInStock() {
        return product.variants().stream().anyMatch(this::isInStock);
    }

    /// The price on the card: the default variant's, else the lowest.
    @Nullable Long price() {
        return product.variants().stream().filter(Variant::active)
            .sorted(Comparator.comparing(Variant::isDefault).reversed()
                .thenComparing(variant -> prices.getOrDefault(variant.id(), Long.MAX_VALUE)))
            .map(variant -> prices.get(variant.id())).filter(Objects::nonNull).findFirst().orElse(null);
    }

    String card() {
        return json(cardFields());
    }

    /// The detail without its categories, which change on their own and are added when it is read.
    String detail() {
        Map<String, Object> detail = cardFields();
        detail.put("description", product.description());
        detail.put("images", product.images());
        detail.put("attributes", product.attributes());
        detail.put("variants", product.variants().stream().filter(Variant::active).map(this::variant).toList());
        detail.put("tax_category", product.taxCategory());
        if (product.publishedAt() != null) detail.put("published_at", product.publishedAt());
        detail.put("version", product.version());
        return json(detail);
    }

    private Map<String, Object> cardFields() {
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("id", product.id());
        card.put("slug", product.slug());
        card.put("name", product.name());
        card.put("type", product.type());
        card.put("short_description", product.shortDescription());
        Long price = price();
        if (price != null) card.put("price", new Money(price, currency));
        String image = product.images().stream().findFirst().map(Image::url).orElse(null);
        if (image != null) card.put("image_url", image);
        card.put("in_stock", isInStock());
        product.variants().stream().filter(Variant::isDefault).findFirst()
            .ifPresent(variant -> card.put("default_variant_id", variant.id()));
        if (product.brand() != null) card.put("brand", product.brand());
        if (product.seller() != null) card.put("seller", product.seller());
        return card;
    }

    private Map<String, Object> variant(Variant variant) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", variant.id());
        view.put("sku", variant.sku());
        view.put("name", variant.name());
        Long price = prices.get(variant.id());
        if (price != null) view.put("price", new Money(price, currency));
        if (variant.weightGrams() != null) view.put("weight_grams", variant.weightGrams());
        if (!variant.options().isEmpty()) view.put("options", variant.options());
        if (variant.imageUrl() != null) view.put("image_url", variant.imageUrl());
        view.put("unit", variant.unit());
        view.put("is_default", variant.isDefault());
        view.put("in_stock", isInStock(variant));
        return view;
    }

    /// The names a shopper may type, plain: the first field weighs most.
    List<String> searchTexts() {
        List<String> small = new ArrayList<>();
        if (product.brand() != null) small.add(product.brand());
        for (Variant variant : product.variants()) {
            small.add(variant.sku());
            small.add(variant.name());
        }
        return List.of(plain(product.name()), plain(String.join(" ", small)),
            plain(product.shortDescription() + " " + product.description()));
    }

    /// Lower case, without accents, letters and digits only: how names are sorted, found and typed.
    static String plain(String text) {
        String marks = MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("");
        String plain = NO_WORD.matcher(marks.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
        return plain.length() <= SEARCH_WORDS_CHARS_MAX ? plain : plain.substring(0, SEARCH_WORDS_CHARS_MAX);
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }
}
