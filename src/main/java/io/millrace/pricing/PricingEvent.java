package io.millrace.pricing;

import io.millrace.messaging.Fact;
import io.millrace.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Everything this room announces.
public sealed interface PricingEvent extends Fact {
    /// The prices of a product's variants on a channel's base list are these now, all of them; `fromPrice` is the
    /// lowest list price, null when none has a price any more. Told only when one of them moved.
    ///
    /// When a catalogue write stated the prices, this is told in the same change as `CatalogEvent.ProductSaved`, one
    /// round later; a listener that keeps one row for both must write it once.
    record PricesChanged(UUID id, long version, Instant at, String channel, UUID productId, @Nullable Money fromPrice,
        List<Price> prices) implements PricingEvent {
        @Override public String aggregate() {
            return "prices:" + channel + ":" + productId;
        }
    }

    /// A variant's list price, and what one costs from larger quantities on.
    record Price(UUID variantId, Money price, List<Break> breaks) {}

    /// From this quantity on, one costs this much.
    record Break(int fromQuantity, Money price) {}
}
