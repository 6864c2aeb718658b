package io.millrace.fulfilment;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Goods on their way for one reference. `trackingUrl` is null where the carrier is unknown.
public record Parcel(UUID id, String ref, Stage stage, @Nullable String carrier, @Nullable String trackingNumber,
    @Nullable String trackingUrl, long version, @Nullable Instant packedAt, @Nullable Instant shippedAt,
    @Nullable Instant deliveredAt) {

    /// How far it got.
    public enum Stage {
        PACKED, SHIPPED, DELIVERED;

        @JsonValue public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
