package io.millrace.ordering;

import io.millrace.money.Money;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An order as it lies in the cellar: its life, and for whom a further payment of it would be. `bearer` is the hash of
/// a guest's token in hex.
record Stored(Order order, String number, String channel, Money tax, @Nullable UUID account, @Nullable String bearer) {
    Ordering.Seen seen() {
        return new Ordering.Seen(order.id(), number, order.status(), order.money(), order.goods(), order.version());
    }

    Stored with(Order next) {
        return new Stored(next, number, channel, tax, account, bearer);
    }
}
