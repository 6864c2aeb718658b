package io.millrace.http;

import io.millrace.vault.PersonalRecords;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What a person's requests were answered within a day: copies of what other rooms tell in an export, so only erased.
final class ReplyRecords implements PersonalRecords {
    private final Idempotency idempotency;

    ReplyRecords(Idempotency idempotency) {
        this.idempotency = idempotency;
    }

    @Override public String section() {
        return "replies";
    }

    @Override public Flux<Object> of(UUID account) {
        return Flux.empty();
    }

    @Override public Mono<Void> erase(UUID account) {
        return idempotency.forget(account);
    }
}
