package io.millrace.catalog;

import io.millrace.http.Fields;
import io.millrace.money.Money;
import io.millrace.money.Quantity;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Merges the variants of one draft into those its product has: pure.
final class VariantDrafting {
    static final int VARIANTS_MAX = 500;
    private static final int OPTIONS_MAX = 10;
    private static final int OPTION_CHARS_MAX = 255;
    private static final int BREAKS_MAX = 20;
    private static final int GRAMS_MAX = 100_000_000;
    private static final long ON_HAND_MAX = 1_000_000_000_000L;
    private static final long PRICE_MINOR_MAX = 1_000_000_000_000L;

    private final Currency currency;
    private final Supplier<UUID> ids;
    private final Map<String, UUID> bySku;
    private final Fields fields;

    VariantDrafting(Currency currency, Supplier<UUID> ids, Map<String, UUID> bySku, Fields fields) {
        this.currency = currency;
        this.ids = ids;
        this.bySku = bySku;
        this.fields = fields;
    }

    record Result(List<Variant> variants, Map<UUID, Existing.Offered> offered, List<Offer> offers, List<UUID> gone) {}

    Result merged(ProductDraft draft, @Nullable Existing existing, Product product) {
        Map<UUID, Variant> variants = new LinkedHashMap<>();
        Map<UUID, Existing.Offered> offered = new HashMap<>();
        List<Offer> offers = new ArrayList<>();
        List<VariantDraft> given = given(draft, existing);
        List<Variant> were = existing == null ? List.of() : existing.product().variants();
        boolean complete = draft.variants() != null && draft.variantsComplete();
        if (!complete) were.forEach(variant -> variants.put(variant.id(), variant));
        if (given.size() > VARIANTS_MAX) fields.wrong("variants", "are at most " + VARIANTS_MAX);
        UUID chosen = null;
        for (int i = 0; i < given.size(); i++) {
            String field = "variants[" + i + "]";
            Variant was = match(given.get(i), were);
            Variant next = merge(given.get(i), was, product, i, given.size(), field);
            if (complete && variants.containsKey(next.id())) fields.wrong(field, "is the same variant twice");
            variants.put(next.id(), next);
            if (Boolean.TRUE.equals(given.get(i).isDefault())) {
                if (chosen != null) fields.wrong(field + ".is_default", "only one variant is the default");
                chosen = next.id();
            }
            Existing.Offered before = existing == null ? Existing.Offered.NOTHING
                : existing.offered().getOrDefault(next.id(), Existing.Offered.NOTHING);
            offered.put(next.id(), before.with(given.get(i)));
            offer(given.get(i), next, field, offers);
        }
        if (existing != null)
            variants.keySet().forEach(id -> offered.computeIfAbsent(id,
                same -> existing.offered().getOrDefault(same, Existing.Offered.NOTHING)));
        List<Variant> whole = settled(List.copyOf(variants.values()), product, chosen);
        unique(whole, product);
        List<UUID> gone = were.stream().map(Variant::id).filter(id -> !variants.containsKey(id)).toList();
        return new Result(whole, offered, offers, gone);
    }

    /// Every product has something to put into a cart.
    private List<VariantDraft> given(ProductDraft draft, @Nullable Existing existing) {
        if (draft.variants() != null && !draft.variants().isEmpty()) return draft.variants();
        if (existing == null)
            return List.of(new VariantDraft(null, null, null, null, null, null, null, null, null,
                null, null, null, null, null));
        if (draft.variants() != null && draft.variantsComplete())
            fields.wrong("variants", "a product has at least one");
        return List.of();
    }

    private static @Nullable Variant match(VariantDraft draft, List<Variant> were) {
        for (Variant variant : were) if (variant.id().equals(draft.id())) return variant;
        if (draft.id() != null) return null;
        for (Variant variant : were)
            if (draft.sku() != null && variant.sku().equals(Words.line(draft.sku()))) return variant;
        if (draft.sku() != null) return null;
        for (Variant variant : were)
            if (variant.name().equals(draft.name() == null ? "" : Words.line(draft.name()))) return variant;
        return null;
    }

    private Variant merge(VariantDraft draft, @Nullable Variant was, Product product, int place, int count,
        String field) {
        if (was == null && draft.id() != null) fields.wrong(field + ".id", "is not a variant of this product");
        UUID id = was != null ? was.id() : ids.get();
        String sku = draft.sku() == null || draft.sku().isBlank() ? was == null ? made(id) : was.sku()
            : fields.text(field + ".sku", Words.line(draft.sku()), Words.SKU_CHARS_MAX);
        Map<String, String> options = draft.options() == null ? was == null ? Map.of() : was.options()
            : options(draft.options(), field);
        Unit unit = draft.unit() != null ? draft.unit() : was != null ? was.unit()
            : product.type() == ProductType.WEIGHED ? Unit.GRAM : Unit.PIECE;
        Integer grams = draft.weightGrams() == null ? was == null ? null : was.weightGrams() : draft.weightGrams();
        fields.must(field + ".weight_grams", grams, weight -> weight > 0 && weight <= GRAMS_MAX, "is 1 to 100,000,000");
        long factor = draft.factor() != null ? draft.factor() : was != null ? was.factor()
            : unit == Unit.GRAM && grams != null ? grams : 1;
        fields.must(field + ".factor", factor, value -> value > 0 && value <= GRAMS_MAX, "is 1 to 100,000,000");
        fields.must(field + ".pool", draft.pool(), text -> text.matches("[A-Za-z0-9_-]{1,40}"),
            "has letters, digits, - and _, at most 40");
        fields.must(field + ".image_url", draft.imageUrl(), VariantDrafting::isUrl, "is a http(s) address");
        return new Variant(id, product.id(), product.channel(), sku, name(draft, was, options, place, count, field), "",
            "", product.type(), "", null, unit, factor, draft.pool() != null ? draft.pool()
                : was == null ? null : was.pool(),
            grams,
            draft.imageUrl() != null ? draft.imageUrl() : was == null ? null : was.imageUrl(), options, place,
            was != null && was.isDefault(), draft.active() != null ? draft.active() : was == null || was.active());
    }

    private String name(VariantDraft draft, @Nullable Variant was, Map<String, String> options, int place, int count,
        String field) {
        if (draft.name() != null) {
            String name = Words.line(draft.name());
            if (name.length() > Words.NAME_CHARS_MAX) fields.wrong(field + ".name", "is too long");
            return name;
        }
        if (was != null) return was.name();
        if (!options.isEmpty()) return String.join(" / ", options.values());
        return count == 1 ? "" : "no. " + (place + 1);
    }

    private Map<String, String> options(Map<String, String> given, String field) {
        if (given.size() > OPTIONS_MAX) fields.wrong(field + ".options", "are at most " + OPTIONS_MAX);
        Map<String, String> options = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (value == null) {
                fields.wrong(field + ".options", "each has a value");
                return;
            }
            if (name.length() > OPTION_CHARS_MAX || value.length() > OPTION_CHARS_MAX)
                fields.wrong(field + ".options", "have at most " + OPTION_CHARS_MAX + " characters");
            options.put(Words.line(name), Words.line(value));
        });
        return options;
    }

    private void offer(VariantDraft draft, Variant variant, String field, List<Offer> offers) {
        money(field + ".price", draft.price());
        List<Offer.Break> breaks = draft.breaks();
        if (breaks != null) {
            if (breaks.size() > BREAKS_MAX) fields.wrong(field + ".breaks", "are at most " + BREAKS_MAX);
            for (int i = 0; i < breaks.size(); i++) {
                money(field + ".breaks[" + i + "].price", breaks.get(i).price());
                int from = breaks.get(i).fromQuantity();
                if (from < 2 || from > Quantity.MAX || i > 0 && from <= breaks.get(i - 1).fromQuantity())
                    fields.wrong(field + ".breaks[" + i + "].from_quantity", "is 2 or more, and grows");
            }
        }
        fields.must(field + ".on_hand", draft.onHand(), stock -> stock >= 0 && stock <= ON_HAND_MAX,
            "is 0 to " + ON_HAND_MAX);
        if (draft.price() != null || breaks != null || draft.onHand() != null)
            offers.add(new Offer(variant.id(), variant.sku(), draft.price(), breaks, draft.onHand()));
    }

    private void money(String field, @Nullable Money price) {
        fields.must(field, price, money -> money.currency().equals(currency),
            "is in " + currency.getCurrencyCode() + " in this channel");
        fields.must(field, price, money -> !money.isNegative() && money.minor() <= PRICE_MINOR_MAX,
            "is not below zero, and not beyond reason");
    }

    /// Gives each variant its place, what its product says about it, and exactly one the default.
    private static List<Variant> settled(List<Variant> variants, Product product, @Nullable UUID chosen) {
        UUID first = chosen != null || variants.isEmpty() ? chosen : variants.stream().filter(Variant::isDefault)
            .findFirst().orElse(variants.getFirst()).id();
        List<Variant> settled = new ArrayList<>();
        for (Variant v : variants) {
            settled.add(new Variant(v.id(), product.id(), product.channel(), v.sku(), v.name(), product.name(),
                product.slug(), product.type(), product.taxCategory(), product.seller(), v.unit(), v.factor(),
                v.pool(), v.weightGrams(), v.imageUrl(), v.options(), settled.size(), v.id().equals(first),
                v.active()));
        }
        return settled;
    }

    private void unique(List<Variant> variants, Product product) {
        Set<String> skus = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < variants.size(); i++) {
            Variant variant = variants.get(i);
            UUID owner = bySku.get(variant.sku());
            if (!skus.add(variant.sku())) fields.wrong("variants[" + i + "].sku", "is there twice");
            else
                if (owner != null && !owner.equals(product.id()))
                    fields.wrong("variants[" + i + "].sku", "belongs to another product");
            if (!names.add(variant.name())) fields.wrong("variants[" + i + "].name", "is there twice");
        }
    }

    /// A SKU for a variant whose maker gave none.
    private static String made(UUID id) {
        return "V-" + id.toString().substring(19).replace("-", "").toUpperCase(Locale.ROOT);
    }

    static boolean isUrl(String url) {
        return url.length() <= Image.URL_CHARS_MAX
            && url.matches("(https?://|/)[\\x21-\\x7e&&[^\"<>\\\\]]+");
    }
}
