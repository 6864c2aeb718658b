package io.millrace.ordering;

import io.millrace.http.Json;
import io.millrace.messaging.Change;
import io.millrace.postgres.Piece;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Seals and opens what orders know of people. Every order has a key of its own, made in the statement that places it:
/// placing reads no key, a guest's order is like any other, and one may be claimed by an account without sealing it
/// anew. Erasing a person takes away the keys of his orders.
final class Persons {
    private static final String TABLE = "ordering.orders";
    private static final String WORDS = "ordering.words";

    private final Vault vault;

    Persons(Vault vault) {
        this.vault = vault;
    }

    /// What goes into the row, and the piece that keeps its key.
    record Sealed(byte[] person, byte @Nullable [] phone, byte @Nullable [] email, Piece key) {}

    Sealed sealed(UUID order, Person person) {
        Vault.Fresh fresh = vault.fresh(order);
        return new Sealed(fresh.key().seal(Place.of(TABLE, order), Json.bytes(person)),
            phone(person.contact().phone()), email(person.contact().email()), fresh.piece());
    }

    /// `keyOf` is what the statement read by `vault.key_of`; without it the person was forgotten.
    Person opened(UUID order, byte @Nullable [] sealed, byte @Nullable [] keyOf) {
        if (sealed == null) return Person.FORGOTTEN;
        return vault.found(order, keyOf)
            .map(key -> Json.OURS.readValue(key.open(Place.of(TABLE, order), sealed), Person.class))
            .orElse(Person.FORGOTTEN);
    }

    @Nullable String words(UUID order, byte @Nullable [] sealed, byte @Nullable [] keyOf) {
        if (sealed == null) return null;
        return vault.found(order, keyOf).map(key -> key.openText(Place.of(WORDS, order), sealed)).orElse(null);
    }

    /// The same with what somebody says about the order, sealed; it is never told by a fact. Without a key (there is no
    /// such order, or its person was forgotten) the words are dropped.
    Mono<BiFunction<Stored, Stored, Change>> saying(UUID order, @Nullable String words, Instant at,
        BiFunction<Stored, Stored, Change> along) {
        if (words == null) return Mono.just(along);
        return vault.key(order).map(key -> {
            Piece said = Orders.words(order, "cancel", key.seal(Place.of(WORDS, order), words), at);
            BiFunction<Stored, Stored, Change> both = (before, after) -> along.apply(before, after).with(said);
            return both;
        }).defaultIfEmpty(along);
    }

    byte @Nullable [] phone(@Nullable String international) {
        return international == null ? null : vault.blind("ordering.phone", international);
    }

    byte @Nullable [] email(@Nullable String address) {
        return address == null ? null : vault.blind("ordering.email", address.strip().toLowerCase(Locale.ROOT));
    }
}
