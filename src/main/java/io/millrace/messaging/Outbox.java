package io.millrace.messaging;

import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Facts that are committed and not yet published. A row is deleted when the broker has it; there is no watermark to
/// run past a fact that got its position early and committed late.
final class Outbox {
    /// Counting further would only cost; the gauge says "at least".
    private static final int COUNT_MAX = 100_000;

    private final Postgres postgres;

    Outbox(Postgres postgres) {
        this.postgres = postgres;
    }

    /// How far publishing is behind: facts waiting, and when the first of them happened.
    record Lag(long facts, Optional<Instant> oldest) {}

    /// The first waiting facts. In the order of positions, which is the order of versions within an aggregate: a fact
    /// takes its position after it has read its predecessor, hence after that one was committed.
    Flux<Pending> pending(int limit) {
        // The lateral join with "offset 0" keeps the planner from ever scanning the whole log for a few rows.
        return postgres.query("""
            select waiting.position, fact.*
              from (select position from messaging.outbox order by position limit :limit) waiting
                   cross join lateral (
                       select id, module, type, aggregate, version, request_id, traceparent, payload::text as payload
                         from messaging.facts where facts.position = waiting.position offset 0) fact
             order by waiting.position
            """, Map.of("limit", limit), Outbox::pending);
    }

    Mono<Long> published(List<Pending> facts) {
        return postgres.update("delete from messaging.outbox where position = any(:positions)",
            Map.of("positions", facts.stream().map(Pending::position).toArray(Long[]::new)));
    }

    Mono<Lag> lag() {
        return postgres.query("""
            select (select count(*) from (select from messaging.outbox limit :limit) waiting) as facts,
                   (select at from messaging.facts
                     where position = (select min(position) from messaging.outbox)) as oldest
            """, Map.of("limit", COUNT_MAX), row -> new Lag(value(row, "facts", Long.class),
            Optional.ofNullable(row.get("oldest", Instant.class)))).single();
    }

    private static Pending pending(Readable row) {
        return new Pending(value(row, "position", Long.class), value(row, "id", UUID.class),
            value(row, "module", String.class), value(row, "type", String.class),
            value(row, "aggregate", String.class), value(row, "version", Long.class),
            value(row, "request_id", String.class), value(row, "traceparent", String.class),
            value(row, "payload", String.class).getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T value(Readable row, String name, Class<T> type) {
        return Objects.requireNonNull(row.get(name, type), name);
    }
}
