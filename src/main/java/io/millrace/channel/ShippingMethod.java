package io.millrace.channel;

import io.millrace.money.Money;
import org.jspecify.annotations.Nullable;

/// A way to get goods to the buyer: its price, above which sum of goods it is free, and how its price is taxed.
///
/// `addressed` says whether the buyer must give an address (false for collection and for goods without weight).
public record ShippingMethod(String code, String name, Money price, @Nullable Money freeOver, String taxCategory,
    boolean addressed) {

    /// What it costs for goods of this sum, in the channel's own manner (with or without tax).
    public Money priceFor(Money goods) {
        return freeOver != null && goods.compareTo(freeOver) >= 0 ? Money.zero(price.currency()) : price;
    }
}
