package io.millrace.identity;

import com.nimbusds.jose.jwk.ECKey;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/// Finds the keys: the configured one, or in development one that is made once and kept in the database.
final class KeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);
    private static final String PURPOSE = "access";

    private final Postgres postgres;
    private final InstantSource clock;
    private final Mono<Keys> keys;

    KeyRing(Postgres postgres, InstantSource clock, IdentitySettings settings) {
        this.postgres = postgres;
        this.clock = clock;
        this.keys = settings.signingKey().isBlank() ? Mono.defer(this::kept).cache()
            : Mono.just(only(Keys.read(settings.signingKey())));
    }

    Mono<Keys> keys() {
        return keys;
    }

    /// The unique index on the purpose decides between two nodes that start at once; both then read the winner's key.
    private Mono<Keys> kept() {
        ECKey fresh = Keys.generated();
        return postgres.update("""
            insert into identity.signing_keys (kid, purpose, jwk, created_at) values (:kid, :purpose, :jwk, :now)
            on conflict do nothing
            """, Map.of("kid", fresh.getKeyID(), "purpose", PURPOSE, "jwk", fresh.toJSONString(),
            "now", clock.instant()))
            .doOnNext(made -> {
                if (made == 1) LOG.info("made a signing key for development, kid {}", fresh.getKeyID());
            })
            .thenMany(postgres.query("""
                select jwk from identity.signing_keys where purpose = :purpose and retired_at is null
                """, Map.of("purpose", PURPOSE), row -> Objects.requireNonNull(row.get("jwk", String.class))))
            .single().map(jwk -> only(Keys.read(jwk)));
    }

    private static Keys only(ECKey key) {
        return new Keys(key, List.of(key));
    }
}
