package io.millrace.catalog;

import io.millrace.money.Money;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A variant as a writer wants it; null is "as it was", or the usual for a new one.
///
/// It is the existing one with this id, else with this SKU, else with this name. A new one without a SKU gets one made
/// from its product's slug. Price, breaks and stock are passed on to those whose business they are ([Offer]).
public record VariantDraft(@Nullable UUID id, @Nullable String sku, @Nullable String name,
    @Nullable Map<String, String> options, @Nullable Unit unit, @Nullable Long factor, @Nullable String pool,
    @Nullable Integer weightGrams, @Nullable String imageUrl, @Nullable Boolean isDefault, @Nullable Boolean active,
    @Nullable Money price, @Nullable List<Offer.Break> breaks, @Nullable Long onHand) {

    /// The usual piece: a SKU, a name, a price, the stock that lies there.
    public static VariantDraft piece(String sku, String name, @Nullable Money price, @Nullable Long onHand) {
        return new VariantDraft(null, sku, name, null, Unit.PIECE, 1L, null, null, null, null, null, price, null,
            onHand);
    }

    /// A weighed portion drawing that many grams from the product's one pool.
    public static VariantDraft grams(String sku, String name, int grams, @Nullable Money price, @Nullable Long onHand) {
        return new VariantDraft(null, sku, name, null, Unit.GRAM, (long) grams, null, grams, null, null, null, price,
            null, onHand);
    }
}
