package io.millrace.catalog;

import io.millrace.money.Money;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A product as it is stored, and what its writers said last about price and stock of each variant.
record Existing(Product product, Map<UUID, Offered> offered) {

    /// The last words on one variant; null was never said. Amounts are minor units of the channel's currency.
    record Offered(@Nullable Long priceMinor, @Nullable List<OfferedBreak> breaks, @Nullable Long onHand) {
        static final Offered NOTHING = new Offered(null, null, null);

        /// What is said now, on top of what was said before.
        Offered with(VariantDraft draft) {
            Money price = draft.price();
            List<Offer.Break> given = draft.breaks();
            return new Offered(price == null ? priceMinor : (Long) price.minor(),
                given == null ? breaks : given.stream()
                    .map(part -> new OfferedBreak(part.fromQuantity(), part.price().minor())).toList(),
                draft.onHand() == null ? onHand : draft.onHand());
        }
    }

    record OfferedBreak(int fromQuantity, long priceMinor) {}
}
