package io.millrace.catalog;

import io.millrace.channel.Channels;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Fact;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What is for sale, for the rooms above: products are written here, in batches, and variants are read here.
public final class Catalog {
    /// Drafts of one [#save]: one statement each way whatever their number.
    public static final int BATCH_PRODUCTS_MAX = 500;

    /// Whether a price or stock that is stated again, the same as last time, counts as said anew.
    public enum Repeats {
        /// The second run of an import changes nothing: what people corrected since then by hand stays.
        CHANGE_NOTHING,
        /// An admin who types a price means it, whatever it was before.
        COUNT
    }

    private final Products products;
    private final Variants variants;
    private final Categories categories;
    private final Channels channels;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    Catalog(Products products, Variants variants, Categories categories, Channels channels, Messaging messaging,
        Ids ids, InstantSource clock) {
        this.products = products;
        this.variants = variants;
        this.categories = categories;
        this.channels = channels;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    /// Writes the drafts of one channel, at most [#BATCH_PRODUCTS_MAX], and answers for each in its place. Drafts that
    /// are refused do not keep the others from being written. One statement reads and one writes, unless drafts of the
    /// batch name the same product twice: then they are written one after the other.
    public Mono<List<Saved>> save(List<ProductDraft> drafts, Repeats repeats) {
        return save(drafts, repeats, writings -> List.of());
    }

    /// Writes what a person says about one product, with the account of it: `entry` is asked for, and written, only
    /// when there is a change.
    Mono<Saved> save(ProductDraft draft, Function<Drafting.Writing, Piece> entry) {
        return save(List.of(draft), Repeats.COUNT, writings -> writings.stream().map(entry).toList())
            .map(List::getFirst);
    }

    private Mono<List<Saved>> save(List<ProductDraft> drafts, Repeats repeats,
        Function<List<Drafting.Writing>, List<Piece>> along) {
        if (drafts.isEmpty()) return Mono.just(List.of());
        if (drafts.size() > BATCH_PRODUCTS_MAX) throw new IllegalArgumentException("too many drafts for one batch");
        String channel = drafts.getFirst().channel();
        if (drafts.stream().anyMatch(draft -> !draft.channel().equals(channel)))
            throw new IllegalArgumentException("a batch belongs to one channel");
        Currency currency = channels.byCode(channel)
            .orElseThrow(() -> new IllegalArgumentException("no channel " + channel)).currency();
        return Flux.fromIterable(apart(drafts))
            .concatMap(part -> Change.retryStale(() -> write(channel, currency, part, repeats, along)))
            .collectList().map(parts -> parts.stream().flatMap(List::stream).toList());
    }

    private Mono<List<Saved>> write(String channel, Currency currency, List<ProductDraft> drafts, Repeats repeats,
        Function<List<Drafting.Writing>, List<Piece>> along) {
        return products.find(channel, drafts).flatMap(found -> {
            Instant now = clock.instant();
            Drafting drafting = new Drafting(currency, now, ids::next, repeats, found);
            List<Drafting.Decision> decisions = drafts.stream().map(drafting::decide).toList();
            List<Saved> saved = decisions.stream().map(Drafting.Decision::saved).toList();
            List<Drafting.Writing> writings = new ArrayList<>();
            for (Drafting.Decision decision : decisions)
                if (decision.writing() != null) writings.add(decision.writing());
            return writings.isEmpty() ? Mono.just(saved)
                : commit(writings, now, along.apply(writings)).thenReturn(saved);
        });
    }

    private Mono<?> commit(List<Drafting.Writing> writings, Instant now, List<Piece> along) {
        Fact[] facts = writings.stream().map(writing -> new CatalogEvent.ProductSaved(ids.next(),
            writing.product().version(), now, writing.product(), writing.offers())).toArray(Fact[]::new);
        return messaging.commit(Change.of(Products.save(writings, now)).with(along).tells(facts))
            .onErrorMap(R2dbcDataIntegrityViolationException.class, Catalog::taken);
    }

    /// A name that was free when it was looked up and is not any more: look again.
    static Refused taken(R2dbcDataIntegrityViolationException lost) {
        return new Refused(Refused.STALE);
    }

    /// Takes a product away; [Saved.Changed] holds what it was.
    public Mono<Saved> remove(String channel, UUID id, @Nullable Long version) {
        return remove(channel, id, version, product -> List.of());
    }

    /// The same with what is to be written along with it.
    Mono<Saved> remove(String channel, UUID id, @Nullable Long version, Function<Product, List<Piece>> along) {
        return Change.retryStale(() -> products.one(channel, id).flatMap(product -> {
            if (version != null && version != product.version())
                return Mono.just(new Saved.Stale(id, product.version()));
            Instant now = clock.instant();
            return messaging.commit(Change.of(Products.remove(id, product.version(), now)).with(along.apply(product))
                .tells(new CatalogEvent.ProductRemoved(ids.next(), product.version() + 1, now, id, channel,
                    product.variants().stream().map(Variant::id).toList())))
                .thenReturn((Saved) new Saved.Changed(product));
        }).defaultIfEmpty(new Saved.Absent(id)));
    }

    /// The category of each path of names ("Clothing > Boots"), made where there is none yet.
    public Mono<Map<String, UUID>> categories(String channel, Collection<String> paths) {
        return Change.retryStale(() -> categories.ensure(channel, paths));
    }

    /// A product as its writers see it; empty when the channel has none of that id.
    public Mono<Product> product(String channel, UUID id) {
        return products.one(channel, id);
    }

    /// These products of the channel, in no order.
    public Mono<List<Product>> products(String channel, Collection<UUID> ids) {
        return products.some(channel, ids);
    }

    /// A product of whichever channel.
    public Mono<Product> product(UUID id) {
        return products.one(id);
    }

    Mono<Product> productOfVariant(String channel, UUID variant) {
        return products.ofVariant(channel, variant);
    }

    /// Whole products in the order of their ids, after one of them: pages of the export and of the admin's list.
    public Mono<List<Product>> productsAfter(String channel, @Nullable UUID after, int limit) {
        return products.after(channel, after, limit);
    }

    /// These variants of the channel, in no order; unknown, removed and other channels' are absent, inactive ones are
    /// there and say so.
    public Mono<List<Variant>> variants(String channel, Collection<UUID> ids) {
        return variants.byIds(channel, ids);
    }

    /// The same as a piece to fold into one's own statement; it answers `catalog_variants`, JSON for [#read].
    public static Piece variantsPiece(String channel, Collection<UUID> ids) {
        return Piece.of("catalog_found as (" + Variants.BY_IDS + ")")
            .bind("catalog_channel", channel).bind("catalog_ids", ids.toArray(UUID[]::new))
            .answer("catalog_variants", Variants.ANSWER);
    }

    /// The same for the variants of an earlier CTE `wanted (variant_id)` of the statement.
    public static Piece wantedVariantsPiece(String channel) {
        return Piece.of(Variants.WANTED).bind("catalog_channel", channel)
            .answer("catalog_variants", Variants.ANSWER);
    }

    /// Reads what the pieces answered.
    public static List<Variant> read(String catalogVariants) {
        return Variants.read(catalogVariants);
    }

    /// Splits a batch where a draft names something that a draft before it names too: the later must see the earlier.
    private static List<List<ProductDraft>> apart(List<ProductDraft> drafts) {
        List<List<ProductDraft>> parts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ProductDraft draft : drafts) {
            Set<String> mine = new HashSet<>();
            if (draft.id() != null) mine.add("id " + draft.id());
            if (draft.externalKey() != null) mine.add("key " + Words.line(draft.externalKey()));
            if (draft.variants() != null)
                for (VariantDraft variant : draft.variants())
                    if (variant.sku() != null) mine.add("sku " + Words.line(variant.sku()));
            if (parts.isEmpty() || mine.stream().anyMatch(names::contains)) {
                parts.add(new ArrayList<>());
                names.clear();
            }
            parts.getLast().add(draft);
            names.addAll(mine);
        }
        return parts;
    }
}
