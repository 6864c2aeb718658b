package io.millrace.identity;

import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Letters to a person of the last day, with what was in them gone already.
final class LetterRecords implements PersonalRecords {
    private final Postgres postgres;

    LetterRecords(Postgres postgres) {
        this.postgres = postgres;
    }

    record Kept(UUID id, String purpose, Instant createdAt, @Nullable Instant usedAt) {}

    @Override public String section() {
        return "letters";
    }

    @Override public Flux<Kept> of(UUID account) {
        return postgres.query("""
            select id, purpose, created_at, used_at from identity.codes where account = :account order by created_at
            """, Map.of("account", account), row -> new Kept(Objects.requireNonNull(row.get("id", UUID.class)),
            Objects.requireNonNull(row.get("purpose", String.class)),
            Objects.requireNonNull(row.get("created_at", Instant.class)), row.get("used_at", Instant.class)));
    }

    @Override public Mono<Void> erase(UUID account) {
        return postgres.update("delete from identity.codes where account = :account", Map.of("account", account))
            .then();
    }
}
