package io.millrace.twofactor;

import io.millrace.vault.PersonalRecords;
import java.time.Instant;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// That a person has a second factor, and since when: never what it is.
final class SecondFactorRecords implements PersonalRecords {
    private final SecondFactors factors;

    SecondFactorRecords(SecondFactors factors) {
        this.factors = factors;
    }

    /// `recoveryCodesLeft` of the ten.
    record View(Instant enabledAt, int recoveryCodesLeft) {}

    @Override public String section() {
        return "second_factor";
    }

    @Override public Flux<?> of(UUID account) {
        return factors.view(account).flux();
    }

    @Override public Mono<Void> erase(UUID account) {
        return factors.forget(account);
    }
}
