package io.millrace.federation;

import io.millrace.identity.Identity;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/// Decides whose account an outer identity opens. It is found by issuer and subject. An address only counts where both
/// sides have proven it: the provider vouches for it, and the account's owner has confirmed it. Otherwise whoever types
/// a stranger's address somewhere would get the stranger's account, or wait for him in one made beforehand.
final class Arrivals {
    private static final String TAKEN = "address_taken";

    private final OuterIdentities identities;
    private final Identity identity;
    private final Postgres postgres;
    private final InstantSource clock;

    Arrivals(OuterIdentities identities, Identity identity, Postgres postgres, InstantSource clock) {
        this.identities = identities;
        this.identity = identity;
        this.postgres = postgres;
        this.clock = clock;
    }

    /// How it ends.
    sealed interface Arrival {
        record Welcome(UUID account) implements Arrival {}

        record Linked() implements Arrival {}

        /// It opens another person's account.
        record LinkedElsewhere() implements Arrival {}

        /// The provider told no address, or none that it vouches for. Whether we know the address is not told.
        record Unproven() implements Arrival {}

        /// The address is proven to be the caller's; an account of that address waits for its owner's own proof.
        record AccountExists() implements Arrival {}
    }

    /// A signed-in person adds a way in; his own, once more, is fine. `entry` accounts for it.
    Mono<Arrival> link(Outer outer, String provider, UUID account, Function<UUID, Piece> entry) {
        return identity.contact(account).flatMap(there -> linked(outer, provider, account, entry))
            .<Arrival>map(owner -> owner.equals(account) ? new Arrival.Linked() : new Arrival.LinkedElsewhere())
            .defaultIfEmpty(new Arrival.LinkedElsewhere());
    }

    Mono<Arrival> enter(Outer outer, OuterProvider provider, Function<UUID, Piece> entry) {
        return identities.owner(outer, clock.instant()).<Arrival>map(Arrival.Welcome::new)
            .switchIfEmpty(Mono.defer(() -> newcomer(outer, provider, entry)));
    }

    private Mono<Arrival> newcomer(Outer outer, OuterProvider provider, Function<UUID, Piece> entry) {
        String email = outer.email();
        if (email == null || !outer.verified()) return Mono.just(new Arrival.Unproven());
        Mono<UUID> known = provider.linksByEmail() ? identity.byVerifiedEmail(email) : Mono.empty();
        return known.flatMap(account -> linked(outer, provider.name(), account, entry))
            .switchIfEmpty(Mono.defer(() -> made(outer, email, provider, entry))).<Arrival>map(Arrival.Welcome::new)
            .onErrorResume(Refused.class, refused -> refused.is(TAKEN) ? taken(outer)
                : refused.is(Refused.STALE) ? enter(outer, provider, entry) : Mono.error(refused));
    }

    /// Whose it is now; a new way in is accounted for in the same transaction.
    private Mono<UUID> linked(Outer outer, String provider, UUID account, Function<UUID, Piece> entry) {
        return postgres.transactional(identities.link(outer, provider, account, clock.instant())
            .flatMap(owner -> owner.equals(account)
                ? postgres.run(Write.of(entry.apply(account))).thenReturn(owner) : Mono.just(owner)));
    }

    /// Maybe by himself a moment ago, from another tab.
    private Mono<Arrival> taken(Outer outer) {
        return identities.owner(outer, clock.instant()).<Arrival>map(Arrival.Welcome::new)
            .defaultIfEmpty(new Arrival.AccountExists());
    }

    /// Account and identity are there together or not at all.
    private Mono<UUID> made(Outer outer, String email, OuterProvider provider, Function<UUID, Piece> entry) {
        return postgres.transactional(identity.create(new Identity.Newcomer(email, outer.firstName(), outer.lastName()))
            .flatMap(made -> switch (made) {
                case Identity.Made.Account(var account) -> linked(outer, provider.name(), account, entry)
                    .flatMap(owner -> owner.equals(account) ? Mono.just(owner)
                        : Mono.error(new Refused(Refused.STALE)));
                case Identity.Made.AddressTaken() -> Mono.error(new Refused(TAKEN));
                case Identity.Made.NoAddress() -> Mono.error(new Refused(TAKEN));
            }));
    }
}
