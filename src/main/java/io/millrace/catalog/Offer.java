package io.millrace.catalog;

import io.millrace.money.Money;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a writer said about a variant's price and stock along with the product; null is what he did not say.
///
/// `price` is the base price of one in the channel's currency; `breaks` are prices of one from a quantity on (an empty
/// list takes all breaks away); `onHand` is the stock that lies there, in units of the variant's pool (pieces, grams).
public record Offer(UUID variantId, String sku, @Nullable Money price, @Nullable List<Break> breaks,
    @Nullable Long onHand) {

    /// From this quantity on, one costs this much.
    public record Break(int fromQuantity, Money price) {
        public Break {
            // a body may leave it out; then it is that field's refusal and not ours
            Objects.requireNonNull(price, "price");
        }
    }
}
