package io.millrace.fulfilment;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Everything this room announces; `ref` is what the asker called it (`order:0198...`).
public sealed interface FulfilmentEvent extends Fact {
    UUID parcel();

    @Override default String aggregate() {
        return "parcel:" + parcel();
    }

    record ParcelPacked(UUID id, UUID parcel, String ref, long version, Instant at) implements FulfilmentEvent {}

    record ParcelShipped(UUID id, UUID parcel, String ref, long version, Instant at, @Nullable String carrier,
        @Nullable String trackingNumber) implements FulfilmentEvent {}

    record ParcelDelivered(UUID id, UUID parcel, String ref, long version, Instant at) implements FulfilmentEvent {}
}
