package io.millrace.federation;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Ids;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// What of a journey has to be remembered: which states are used up, and which arrivals wait for their exchange.
final class Journeys {
    /// How long a storefront has to exchange its code.
    static final Duration HANDOVER = Duration.ofMinutes(1);

    private static final byte[] COOKIES = "cookies".getBytes(StandardCharsets.UTF_8);

    private final Postgres postgres;
    private final Vault vault;

    Journeys(Postgres postgres, Vault vault) {
        this.postgres = postgres;
        this.vault = vault;
    }

    /// What signs the cookies of all nodes. What must be secret of a journey (verifier, nonce) follows from it too.
    byte[] key() {
        return vault.mac("federation/journey", COOKIES);
    }

    /// Whether this is the journey's first return: the primary key decides.
    Mono<Boolean> arrive(Departure departure) {
        return postgres.update("""
            insert into federation.used_states (state, expires_at) values (:state, :until) on conflict do nothing
            """, Map.of("state", departure.stateHash(), "until", departure.until())).map(rows -> rows == 1);
    }

    /// A code that the storefront exchanges, with the verifier of its challenge.
    Mono<String> handOver(UUID account, String challenge, Instant now) {
        String code = Ids.token();
        return postgres.update("""
            insert into federation.handovers (code, account, challenge, expires_at)
            values (:code, :account, :challenge, :until)
            """, Map.of("code", Departure.sha256(code), "account", account, "challenge", challenge,
            "until", now.plus(HANDOVER))).thenReturn(code);
    }

    /// Whose sign-in it was. Deleting is the guard: of two exchanges one finds the row. A wrong verifier finds none and
    /// spoils nothing.
    Mono<UUID> take(String code, String verifier, Instant now) {
        return postgres.query("""
            delete from federation.handovers where code = :code and challenge = :challenge and expires_at > :now
            returning account
            """, Map.of("code", Departure.sha256(code), "challenge", Departure.challenge(verifier), "now", now),
            row -> requireNonNull(row.get("account", UUID.class))).singleOrEmpty();
    }

    Mono<Long> sweep(Instant now) {
        return postgres.update("delete from federation.used_states where expires_at < :now", Map.of("now", now))
            .flatMap(states -> postgres.update("delete from federation.handovers where expires_at < :now",
                Map.of("now", now)).map(codes -> states + codes));
    }
}
