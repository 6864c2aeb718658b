package io.millrace.storefront;

import io.millrace.messaging.Fact;
import io.millrace.money.Money;
import java.time.Instant;
import java.util.UUID;

/// Everything this room announces: only what no other room's fact says already.
public sealed interface StorefrontEvent extends Fact {
    /// A product's card looks different because its stock crossed a line; every node forgets its ready bytes.
    record StockShown(UUID id, long version, Instant at, UUID product, String channel, boolean inStock)
        implements
            StorefrontEvent {
        @Override public String aggregate() {
            return "shown:" + product;
        }
    }

    /// Something on a list costs less than its owner last knew. `wish` is the entry, anew for each time it is added.
    record WishPriceDropped(UUID id, long version, Instant at, UUID wish, UUID list, UUID account, String channel,
        UUID product, Money before, Money now)
        implements
            StorefrontEvent {
        @Override public String aggregate() {
            return "wish:" + wish;
        }
    }

    /// Something on a list can be bought again.
    record WishBackInStock(UUID id, long version, Instant at, UUID wish, UUID list, UUID account, String channel,
        UUID product)
        implements
            StorefrontEvent {
        @Override public String aggregate() {
            return "wish:" + wish;
        }
    }
}
