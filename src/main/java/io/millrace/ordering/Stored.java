package io.millrace.ordering;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An order as it lies in the cellar: its life, and for whom a further payment of it would be. `bearer` is the hash of
/// a guest's token in hex.
record Stored(Order order, String number, String channel, Books.Parts parts, @Nullable UUID account,
    @Nullable String bearer) {
    Ordering.Seen seen() {
        return new Ordering.Seen(order.id(), number, order.status(), order.money(), order.goods(), order.version());
    }

    Stored with(Order next) {
        return new Stored(next, number, channel, parts, account, bearer);
    }
}
