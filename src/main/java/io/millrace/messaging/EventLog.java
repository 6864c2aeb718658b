package io.millrace.messaging;

import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;

/// The merchant's log of everything that happened, read by a cursor that skips nothing.
///
/// Positions are taken when a statement runs and become visible when it commits, so position 20 can be seen before 19.
/// A reader that took 20 as its cursor would never see 19. So only positions up to a horizon are handed out, under
/// which nothing can appear any more. The horizon: first read the last position taken, P; then take a transaction id
/// of our own, X. Whoever holds a position up to P had a transaction id before it took the position ([Facts]), so that
/// id is below X. As soon as no transaction with an id below X is running, every position up to P is either visible or
/// gone for ever. (A snapshot's xmax will not do for X: it only says which id completed last, and younger ones may be
/// running.) A writer that stays in its transaction for long keeps the log waiting, never skipping.
final class EventLog {
    /// How long a reader waits for writers in flight before it gets what was settled last.
    private static final Duration SETTLE_MAX = Duration.ofMillis(500);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Postgres postgres;
    private final AtomicLong settled = new AtomicLong();

    EventLog(Postgres postgres) {
        this.postgres = postgres;
    }

    private record Mark(long position, long transaction) {}

    Mono<List<Recorded>> after(long position, int limit) {
        return horizon().flatMap(horizon -> postgres.query("""
            select position, id, type, aggregate, version, at, payload::text as payload
              from messaging.facts
             where position > :after and position <= :horizon
             order by position limit :limit
            """, Map.of("after", position, "horizon", horizon, "limit", limit), EventLog::recorded).collectList());
    }

    private Mono<Long> horizon() {
        return lastPosition().flatMap(last -> last <= settled.get() ? Mono.just(settled.get())
            : nextTransaction().flatMap(next -> settle(new Mark(last, next))));
    }

    private Mono<Long> settle(Mark mark) {
        return oldestRunning().filter(oldest -> oldest >= mark.transaction())
            .repeatWhenEmpty((int) SETTLE_MAX.dividedBy(LOOK_AGAIN), again -> again.delayElements(LOOK_AGAIN))
            .map(oldest -> settled.accumulateAndGet(mark.position(), Math::max))
            .onErrorResume(IllegalStateException.class, busy -> Mono.just(settled.get()));
    }

    private Mono<Long> lastPosition() {
        return number("""
            select coalesce(pg_sequence_last_value(pg_get_serial_sequence('messaging.facts', 'position')), 0) as number
            """);
    }

    private Mono<Long> nextTransaction() {
        return number("select pg_current_xact_id()::text::bigint as number");
    }

    private Mono<Long> oldestRunning() {
        return number("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as number");
    }

    private Mono<Long> number(String sql) {
        return postgres.query(sql, Map.of(), row -> value(row, "number", Long.class)).single();
    }

    static Recorded recorded(Readable row) {
        return new Recorded(value(row, "position", Long.class), value(row, "id", UUID.class),
            value(row, "type", String.class), value(row, "aggregate", String.class),
            value(row, "version", Long.class), value(row, "at", Instant.class),
            value(row, "payload", String.class).getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T value(Readable row, String name, Class<T> type) {
        return Objects.requireNonNull(row.get(name, type), name);
    }
}
