package io.millrace.inventory;

import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Refused;
import java.time.Duration;
import java.time.InstantSource;
import reactor.core.publisher.Mono;

/// Frees what was promised for too long. A promise that belongs to somebody lapses in a change of its own, so that
/// whoever must agree at once (the order) does; goods kept for orders that never came go in batches.
///
/// Two nodes that sweep at once are harmless: each lapse is guarded by the state it found.
final class Lapses {
    static final String JOB = "inventory.lapse";
    /// How late a promise may lapse.
    static final Duration EVERY = Duration.ofSeconds(2);
    /// Reservations of one sweep; the rest waits for the next.
    static final int SWEEP_RESERVATIONS_MAX = 500;
    private static final int AT_ONCE = 4;

    private final Inventory inventory;
    private final Reservations reservations;
    private final Messaging messaging;
    private final InstantSource clock;

    Lapses(Inventory inventory, Reservations reservations, Messaging messaging, InstantSource clock) {
        this.inventory = inventory;
        this.reservations = reservations;
        this.messaging = messaging;
        this.clock = clock;
    }

    /// Answers how many lapsed.
    Mono<Long> sweep() {
        return Mono.defer(() -> reservations.freeOrphans(clock.instant(), SWEEP_RESERVATIONS_MAX)
            .then(reservations.expired(clock.instant(), SWEEP_RESERVATIONS_MAX)
                .flatMapDelayError(this::lapse, AT_ONCE, AT_ONCE).filter(lapsed -> lapsed).count()));
    }

    /// False when it was paid, released or lapsed meanwhile: the next sweep sees what is left.
    private Mono<Boolean> lapse(Reservation reservation) {
        return messaging.commit(inventory.lapse(reservation).into(Change.of()).named("lapse")).thenReturn(true)
            .onErrorResume(Refused.class, refused -> Mono.just(false));
    }
}
