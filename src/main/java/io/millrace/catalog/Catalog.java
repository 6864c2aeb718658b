package io.millrace.catalog;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

    private final Variants variants;

    Catalog(Postgres postgres) {
        this.variants = new Variants(postgres);
    }

    /// Writes the drafts, at most [#BATCH_PRODUCTS_MAX] of them, as one statement, and answers for each in its place.
    /// Drafts that are refused do not keep the others from being written.
    public Mono<List<Saved>> save(List<ProductDraft> drafts, Repeats repeats) {
        return Mono.error(new UnsupportedOperationException("products cannot be written yet"));
    }

    /// The category of each path of names ("Clothing > Boots"), made where there is none yet.
    public Mono<Map<String, UUID>> categories(String channel, Collection<String> paths) {
        return Mono.error(new UnsupportedOperationException("categories cannot be written yet"));
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

    /// Reads what [#variantsPiece] answered.
    public static List<Variant> read(String catalogVariants) {
        return Variants.read(catalogVariants);
    }
}
