package io.millrace.identity;

import com.nimbusds.jose.jwk.ECKey;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The keys of access tokens, and how one follows another without signing anybody out.
///
/// Kept keys (development) are made by the shop and sealed with a key of its own: a new one is published [#AHEAD]
/// before it signs, so every node and every verifier that reads the published keys knows it in time; the old one
/// verifies until its last token expired. Told keys (production) rotate by configuration: publish the next as a
/// verification key, then sign with it, and leave the old one among the verification keys for as long as tokens live.
final class KeyRing {
    /// How long before it signs a key is published: longer than anybody keeps the published keys, or we the table.
    static final Duration AHEAD = Duration.ofMinutes(10);
    /// A node that was late to change may sign this long with the key before.
    static final Duration SLACK = Duration.ofMinutes(5);
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);
    private static final String PURPOSE = "access";
    private static final String TABLE = "identity.signing_keys";

    private final Postgres postgres;
    private final Vault vault;
    private final InstantSource clock;
    private final Duration accessLife;
    private final @Nullable Keys told;
    private volatile @Nullable Read read;

    KeyRing(Postgres postgres, Vault vault, InstantSource clock, IdentitySettings settings) {
        this.postgres = postgres;
        this.vault = vault;
        this.clock = clock;
        this.accessLife = settings.accessLife();
        this.told = settings.signingKey().isBlank() ? null
            : Keys.told(settings.signingKey(), settings.verificationKeys());
    }

    /// What the table said, and when.
    private record Read(List<Keys.Kept> kept, Instant at) {}

    /// The keys as they are now.
    Mono<Keys> keys() {
        if (told != null) return Mono.just(told);
        Instant now = clock.instant();
        Read last = read;
        if (last != null && now.isBefore(last.at.plus(KEPT)))
            return Mono.just(Keys.at(last.kept, now, verifies()));
        return kept().flatMap(rows -> rows.isEmpty() ? added(now, 1).then(kept()) : Mono.just(rows))
            .map(rows -> Keys.at(rows, now, verifies()));
    }

    /// Publishes the next key, which signs from [#AHEAD] on. False: one is published already, or the keys are told.
    Mono<Boolean> rotate() {
        if (told != null) return Mono.just(false);
        Instant now = clock.instant();
        return keys().then(kept()).flatMap(rows -> rows.getLast().activeAt().isAfter(now) ? Mono.just(false)
            : added(now.plus(AHEAD), rows.getLast().generation() + 1))
            .flatMap(made -> kept().thenReturn(made));
    }

    /// Rotates when the signing key has served its time, and drops keys whose last token has expired.
    Mono<Void> tend(Duration every) {
        if (told != null) return Mono.empty();
        return keys().flatMap(keys -> kept()).flatMap(rows -> {
            Instant due = rows.getLast().activeAt().plus(every).minus(AHEAD);
            return clock.instant().isBefore(due) ? Mono.just(false) : rotate();
        }).then(kept()).flatMap(rows -> dropped(Keys.needed(rows, clock.instant(), verifies())));
    }

    boolean isTold() {
        return told != null;
    }

    private Duration verifies() {
        return accessLife.plus(SLACK);
    }

    private Mono<List<Keys.Kept>> kept() {
        return postgres.query("""
            select kid, generation, sealed, active_at from identity.signing_keys
             where purpose = :purpose and sealed is not null order by generation
            """, Map.of("purpose", PURPOSE), row -> new Keys.Kept(
            Objects.requireNonNull(row.get("generation", Integer.class)),
            Keys.read(vault.shopKey(TABLE).openText(place(Objects.requireNonNull(row.get("kid", String.class))),
                Objects.requireNonNull(row.get("sealed", byte[].class)))),
            Objects.requireNonNull(row.get("active_at", Instant.class)))).collectList()
            .doOnNext(rows -> {
                if (!rows.isEmpty()) read = new Read(rows, clock.instant());
            });
    }

    /// The unique generation decides between two nodes that make one at once; both then read the winner's key.
    private Mono<Boolean> added(Instant activeAt, int generation) {
        ECKey fresh = Keys.generated();
        return postgres.update("""
            insert into identity.signing_keys (kid, purpose, sealed, created_at, active_at, generation)
            values (:kid, :purpose, :sealed, :now, :active, :generation) on conflict do nothing
            """, Map.of("kid", fresh.getKeyID(), "purpose", PURPOSE, "sealed", sealed(fresh.getKeyID(),
            fresh.toJSONString()), "now", clock.instant(), "active", activeAt, "generation", generation))
            .map(made -> made == 1)
            .doOnNext(made -> {
                if (made) LOG.info("made signing key {} of generation {}", fresh.getKeyID(), generation);
            });
    }

    /// Seals keys that stand in clear from before; each only as long as it does, so that nodes may do it together.
    Mono<Void> seal() {
        return postgres.query("select kid, jwk from identity.signing_keys where jwk is not null", Map.of(),
            row -> Map.entry(Objects.requireNonNull(row.get("kid", String.class)),
                Objects.requireNonNull(row.get("jwk", String.class))))
            .collectList().flatMapMany(Flux::fromIterable)
            .concatMap(clear -> postgres.update("""
                update identity.signing_keys set sealed = :sealed, jwk = null where kid = :kid and jwk is not null
                """, Map.of("kid", clear.getKey(), "sealed", sealed(clear.getKey(), clear.getValue()))))
            .then();
    }

    private byte[] sealed(String kid, String jwk) {
        return vault.shopKey(TABLE).seal(place(kid), jwk);
    }

    private static Place place(String kid) {
        return Place.of(TABLE, kid);
    }

    private Mono<Void> dropped(int before) {
        return postgres.update("""
            delete from identity.signing_keys where purpose = :purpose and generation < :before
            """, Map.of("purpose", PURPOSE, "before", before)).then();
    }
}
