package io.millrace.fulfilment;

import io.millrace.fulfilment.FulfilmentEvent.ParcelDelivered;
import io.millrace.fulfilment.FulfilmentEvent.ParcelPacked;
import io.millrace.fulfilment.FulfilmentEvent.ParcelShipped;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Parcels, for the processes above: each step is added to the change that is its cause. One parcel for a reference so
/// far; a step that somebody else took meanwhile is refused as stale.
public final class Fulfilment {
    private final Parcels parcels;
    private final Ids ids;
    private final InstantSource clock;

    Fulfilment(Parcels parcels, Ids ids, InstantSource clock) {
        this.parcels = parcels;
        this.ids = ids;
        this.clock = clock;
    }

    /// The goods are in their box.
    public Mono<Change> pack(String ref, Change change) {
        Instant at = clock.instant();
        UUID parcel = ids.next();
        return Mono.just(change.with(Parcels.insert(parcel, ref, Parcel.Stage.PACKED, null, null, at))
            .tells(new ParcelPacked(ids.next(), parcel, ref, 1, at)));
    }

    /// The box was handed to a carrier, packed before or not.
    public Mono<Change> ship(String ref, @Nullable String carrier, @Nullable String number, Change change) {
        Instant at = clock.instant();
        return parcels.of(ref).next()
            .map(parcel -> change
                .with(Parcels.move(parcel, Parcel.Stage.SHIPPED, carrier, number, at)).tells(new ParcelShipped(
                    ids.next(), parcel.id(), ref, parcel.version() + 1, at, carrier, number)))
            .switchIfEmpty(Mono.fromSupplier(() -> shippedAtOnce(ref, carrier, number, change, at)));
    }

    /// The box arrived.
    public Mono<Change> deliver(String ref, Change change) {
        Instant at = clock.instant();
        return parcels.of(ref).next().map(parcel -> change
            .with(Parcels.move(parcel, Parcel.Stage.DELIVERED, parcel.carrier(), parcel.trackingNumber(), at))
            .tells(new ParcelDelivered(ids.next(), parcel.id(), ref, parcel.version() + 1, at)))
            .defaultIfEmpty(change);
    }

    /// The parcels of a reference, oldest first.
    public Flux<Parcel> of(String ref) {
        return parcels.of(ref);
    }

    private Change shippedAtOnce(String ref, @Nullable String carrier, @Nullable String number, Change change,
        Instant at) {
        UUID parcel = ids.next();
        return change.with(Parcels.insert(parcel, ref, Parcel.Stage.SHIPPED, carrier, number, at))
            .tells(new ParcelShipped(ids.next(), parcel, ref, 1, at, carrier, number));
    }
}
