package io.millrace.storefront;

import io.millrace.messaging.Fact;
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
}
