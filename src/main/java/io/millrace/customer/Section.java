package io.millrace.customer;

import io.millrace.vault.PersonalRecords;
import java.util.UUID;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What one of our stores keeps about a person, and how it forgets it.
record Section(String section, Function<UUID, Flux<?>> reader, Function<UUID, Mono<Long>> eraser)
    implements
        PersonalRecords {
    @Override public Flux<?> of(UUID account) {
        return reader.apply(account);
    }

    @Override public Mono<Void> erase(UUID account) {
        return eraser.apply(account).then();
    }
}
