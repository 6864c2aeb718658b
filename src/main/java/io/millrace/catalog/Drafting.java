package io.millrace.catalog;

import io.millrace.http.Fields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Decides what becomes of each draft of a batch, from what was read: pure, in the order of the drafts. A draft sees
/// the names that drafts before it took.
final class Drafting {
    private static final int TEXT_CHARS_MAX = 60_000;
    private static final int SHORT_CHARS_MAX = 2_000;
    private static final int WORD_CHARS_MAX = 200;
    private static final int ATTRIBUTES_MAX = 200;
    private static final int CATEGORIES_MAX = 50;
    private static final int FEATURED_MAX = 1_000_000;

    private final Currency currency;
    private final Instant now;
    private final Supplier<UUID> ids;
    private final Catalog.Repeats repeats;
    private final Set<UUID> categories;
    private final Map<String, UUID> slugs;
    private final Map<UUID, Existing> byId = new HashMap<>();
    private final Map<String, UUID> byKey = new HashMap<>();
    private final Map<String, UUID> bySku = new HashMap<>();

    Drafting(Currency currency, Instant now, Supplier<UUID> ids, Catalog.Repeats repeats, Products.Found found) {
        this.currency = currency;
        this.now = now;
        this.ids = ids;
        this.repeats = repeats;
        this.categories = new HashSet<>(found.categories());
        this.slugs = new HashMap<>(found.slugs());
        for (Existing existing : found.products()) {
            Product product = existing.product();
            byId.put(product.id(), existing);
            if (product.externalKey() != null) byKey.put(product.externalKey(), product.id());
            product.variants().forEach(variant -> bySku.put(variant.sku(), product.id()));
        }
    }

    /// What to do with one draft: an outcome, and for a change also what to write and tell.
    record Decision(Saved saved, @Nullable Writing writing) {}

    /// A product to write: what it was (null when it is new), its new state with the version it will have, what was
    /// said about prices and stock, and the variants that are no more.
    record Writing(@Nullable Product was, Product product, Map<UUID, Existing.Offered> offered, List<Offer> offers,
        List<UUID> gone) {}

    Decision decide(ProductDraft draft) {
        Existing existing = existing(draft);
        if (existing == null && draft.id() != null) return refused(new Saved.Absent(draft.id()));
        if (existing != null && draft.version() != null && draft.version() != existing.product().version())
            return refused(new Saved.Stale(existing.product().id(), existing.product().version()));
        Fields fields = new Fields();
        VariantDrafting variants = new VariantDrafting(currency, ids, bySku, fields);
        Product next = merged(draft, existing, fields);
        VariantDrafting.Result result = variants.merged(draft, existing, next);
        if (!fields.isClean()) return refused(new Saved.Invalid(fields.errors()));
        return change(existing, next, result);
    }

    private Decision change(@Nullable Existing existing, Product next, VariantDrafting.Result variants) {
        Product whole = with(next, variants.variants(), next.version());
        if (existing != null && whole.equals(existing.product()) && variants.offered().equals(existing.offered())
            && (repeats == Catalog.Repeats.CHANGE_NOTHING || variants.offers().isEmpty()))
            return new Decision(new Saved.Unchanged(existing.product()), null);
        Product written = with(whole, variants.variants(), whole.version() + 1);
        slugs.put(written.slug(), written.id());
        written.variants().forEach(variant -> bySku.put(variant.sku(), written.id()));
        Saved saved = existing == null ? new Saved.Created(written) : new Saved.Changed(written);
        return new Decision(saved, new Writing(existing == null ? null : existing.product(), written,
            variants.offered(), variants.offers(), variants.gone()));
    }

    private @Nullable Existing existing(ProductDraft draft) {
        if (draft.id() != null) return byId.get(draft.id());
        UUID keyed = draft.externalKey() == null ? null : byKey.get(Words.line(draft.externalKey()));
        if (keyed != null) return byId.get(keyed);
        if (draft.variants() == null) return null;
        for (VariantDraft variant : draft.variants()) {
            UUID owner = variant.sku() == null ? null : bySku.get(Words.line(variant.sku()));
            Existing owning = owner == null ? null : byId.get(owner);
            // another source's product is another product, even where the two use one SKU: that is refused later
            if (owning != null && (draft.externalKey() == null || owning.product().externalKey() == null))
                return owning;
        }
        return null;
    }

    private Product merged(ProductDraft draft, @Nullable Existing existing, Fields fields) {
        Product was = existing == null ? fresh(draft) : existing.product();
        String name = draft.name() == null && existing != null ? was.name()
            : fields.text("name", draft.name() == null ? null : Words.line(draft.name()), Words.NAME_CHARS_MAX);
        String slug = slug(draft, was, name, fields);
        List<String> former = new ArrayList<>(was.formerSlugs());
        if (existing != null && !slug.equals(was.slug())) former.add(was.slug());
        former.remove(slug);
        ProductStatus status = draft.status() == null ? was.status() : draft.status();
        Instant published = was.publishedAt() == null && status == ProductStatus.ACTIVE ? now : was.publishedAt();
        return new Product(was.id(), was.channel(),
            draft.externalKey() == null ? was.externalKey() : word("external_key", draft.externalKey(), fields),
            slug, former, name, draft.type() == null ? was.type() : draft.type(), status,
            text("short_description", draft.shortDescription(), was.shortDescription(), SHORT_CHARS_MAX, fields),
            text("description", draft.description(), was.description(), TEXT_CHARS_MAX, fields),
            draft.brand() == null ? was.brand() : word("brand", draft.brand(), fields),
            draft.taxCategory() == null ? was.taxCategory() : taxCategory(draft.taxCategory(), fields),
            draft.seller() == null ? was.seller() : draft.seller(),
            draft.attributes() == null ? was.attributes() : attributes(draft.attributes(), fields),
            draft.images() == null ? was.images() : images(draft.images(), fields),
            draft.categories() == null ? was.categories() : categories(draft.categories(), fields),
            featured(draft.featured(), was.featured(), fields), was.variants(), was.version(), was.createdAt(),
            was.updatedAt(), published);
    }

    private Product fresh(ProductDraft draft) {
        return new Product(ids.get(), draft.channel(), null, "", List.of(), "", ProductType.PHYSICAL,
            ProductStatus.DRAFT, "", "", null, "standard", null, Map.of(), List.of(), List.of(), null, List.of(), 0,
            now, now, null);
    }

    private Product with(Product p, List<Variant> variants, long version) {
        return new Product(p.id(), p.channel(), p.externalKey(), p.slug(), p.formerSlugs(), p.name(), p.type(),
            p.status(), p.shortDescription(), p.description(), p.brand(), p.taxCategory(), p.seller(), p.attributes(),
            p.images(), p.categories(), p.featured(), variants, version, p.createdAt(),
            version == p.version() ? p.updatedAt() : now, p.publishedAt());
    }

    /// A slug that was asked for must be free; one made from the name steps aside.
    private String slug(ProductDraft draft, Product was, String name, Fields fields) {
        if (draft.slug() != null) {
            String slug = Words.line(draft.slug());
            if (!Words.isSlug(slug))
                fields.wrong("slug", "has lower case letters, digits and single hyphens, at most "
                    + Words.SLUG_CHARS_MAX);
            else
                if (!isFree(slug, was.id())) fields.wrong("slug", "is taken by another product");
            return slug;
        }
        if (!was.slug().isEmpty() || name.isEmpty()) return was.slug();
        for (String candidate : candidates(draft)) if (isFree(candidate, was.id())) return candidate;
        return Words.slug(name) + "-" + was.id().toString().substring(24);
    }

    private boolean isFree(String slug, UUID product) {
        UUID owner = slugs.get(slug);
        return owner == null || owner.equals(product);
    }

    /// The slugs that a draft may come to use, to be looked up before it is decided.
    static List<String> candidates(ProductDraft draft) {
        if (draft.slug() != null) return List.of(Words.line(draft.slug()));
        if (draft.name() == null) return List.of();
        String base = Words.slug(Words.line(draft.name()));
        String sku = draft.variants() == null || draft.variants().isEmpty() ? null : draft.variants().getFirst().sku();
        return sku == null ? List.of(base) : List.of(base, base + "-" + Words.slug(Words.line(sku)));
    }

    private static String text(String field, @Nullable String given, String was, int charsMax, Fields fields) {
        if (given == null) return was;
        String text = Words.text(given);
        if (text.length() > charsMax) fields.wrong(field, "has more than " + charsMax + " characters");
        return text;
    }

    /// One short line; saying nothing takes it away.
    private static @Nullable String word(String field, String given, Fields fields) {
        return fields.optionalText(field, Words.line(given), WORD_CHARS_MAX);
    }

    private static String taxCategory(String given, Fields fields) {
        fields.must("tax_category", given, text -> text.matches("[a-z0-9_-]{1,32}"),
            "has lower case letters, digits, - and _, at most 32");
        return given;
    }

    private static Map<String, Object> attributes(Map<String, Object> given, Fields fields) {
        fields.must("attributes", given, map -> map.size() <= ATTRIBUTES_MAX, "are at most " + ATTRIBUTES_MAX);
        return given;
    }

    private static List<Image> images(List<Image> given, Fields fields) {
        fields.must("images", given, list -> list.size() <= Image.COUNT_MAX, "are at most " + Image.COUNT_MAX);
        List<Image> images = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            fields.must("images[" + i + "].url", given.get(i).url(), VariantDrafting::isUrl,
                "is a http(s) address of at most " + Image.URL_CHARS_MAX + " characters");
            images.add(new Image(given.get(i).url(), Words.line(given.get(i).alt())));
        }
        return images;
    }

    private List<UUID> categories(List<UUID> given, Fields fields) {
        fields.must("categories", given, list -> list.size() <= CATEGORIES_MAX, "are at most " + CATEGORIES_MAX);
        for (int i = 0; i < given.size(); i++)
            fields.must("categories[" + i + "]", given.get(i), categories::contains, "is not a category here");
        return given.stream().distinct().toList();
    }

    private static @Nullable Integer featured(@Nullable Integer given, @Nullable Integer was, Fields fields) {
        if (given == null) return was;
        fields.must("featured", given, rank -> rank <= FEATURED_MAX, "is at most " + FEATURED_MAX);
        return given < 0 ? null : given;
    }

    private static Decision refused(Saved saved) {
        return new Decision(saved, null);
    }
}
