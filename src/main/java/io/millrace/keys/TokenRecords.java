package io.millrace.keys;

import io.millrace.vault.PersonalRecords;
import java.time.InstantSource;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A person's tokens in his export; an erased person has none.
final class TokenRecords implements PersonalRecords {
    private final PersonalTokens tokens;
    private final InstantSource clock;

    TokenRecords(PersonalTokens tokens, InstantSource clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override public String section() {
        return "tokens";
    }

    @Override public Flux<?> of(UUID account) {
        return tokens.of(account, clock.instant()).map(token -> TokenRoutes.View.of(token, null));
    }

    @Override public Mono<Void> erase(UUID account) {
        return tokens.erase(account);
    }
}
