package io.millrace.messaging;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Facts that a consumer could not take in, kept until somebody replays or discards them.
final class DeadLetters {
    private static final int CAUSE_CHARS_MAX = 500;
    private static final String COLUMNS = """
        id, consumer, fact_id, type, aggregate, version, position, request_id, traceparent, payload, cause, behind,
        tries, parked_at""";

    private final Postgres postgres;
    private final InstantSource clock;

    DeadLetters(Postgres postgres, InstantSource clock) {
        this.postgres = postgres;
        this.clock = clock;
    }

    /// A parked fact. `behind` waits only for an earlier one of its aggregate.
    record Letter(long id, String consumer, Arrived fact, String cause, boolean behind, int tries, Instant parkedAt) {}

    /// Parks a fact; parking it again changes nothing.
    Mono<Void> park(String consumer, Arrived fact, String cause, boolean behind, int tries) {
        Map<String, Object> binds = new HashMap<>(Map.of("consumer", consumer, "fact", fact.id(), "type", fact.type(),
            "aggregate", fact.aggregate(), "version", fact.version(), "position", fact.position(),
            "request", fact.requestId(), "trace", fact.traceparent(), "payload", fact.payload()));
        binds.putAll(Map.of("cause", cut(cause), "behind", behind, "tries", tries, "now", clock.instant()));
        return postgres.update("""
            insert into messaging.dead_letters (consumer, fact_id, type, aggregate, version, position, request_id,
                                                traceparent, payload, cause, behind, tries, parked_at)
            values (:consumer, :fact, :type, :aggregate, :version, :position, :request,
                    :trace, :payload, :cause, :behind, :tries, :now)
            on conflict (consumer, fact_id) do nothing
            """, binds).then();
    }

    Flux<Letter> list(String consumer, long after, int limit) {
        return postgres.query("select " + COLUMNS + """
             from messaging.dead_letters
            where (:consumer = '' or consumer = :consumer) and id > :after order by id limit :limit
            """, Map.of("consumer", consumer, "after", after, "limit", limit), DeadLetters::letter);
    }

    Mono<Letter> find(long id) {
        return postgres.query("select " + COLUMNS + " from messaging.dead_letters where id = :id", Map.of("id", id),
            DeadLetters::letter).singleOrEmpty();
    }

    /// The first parked fact of each aggregate of a consumer: the ones that may be replayed.
    Flux<Letter> heads(String consumer, boolean onlyReleased, int limit) {
        return postgres.query("select " + COLUMNS + """
             from (select distinct on (consumer, aggregate) * from messaging.dead_letters
                    where (:consumer = '' or consumer = :consumer) order by consumer, aggregate, version, id) head
            where behind or not :released order by id limit :limit
            """, Map.of("consumer", consumer, "released", onlyReleased, "limit", limit), DeadLetters::letter);
    }

    /// The earliest parked fact of an aggregate, locked until the transaction ends.
    Mono<Letter> lockHead(String consumer, String aggregate) {
        return postgres.query("select " + COLUMNS + """
             from messaging.dead_letters where consumer = :consumer and aggregate = :aggregate
            order by version, id limit 1 for update
            """, Map.of("consumer", consumer, "aggregate", aggregate), DeadLetters::letter).singleOrEmpty();
    }

    Mono<Boolean> remove(long id) {
        return postgres.update("delete from messaging.dead_letters where id = :id", Map.of("id", id))
            .map(rows -> rows == 1);
    }

    /// The same by somebody who answers for it; false when it is gone already.
    Mono<Boolean> discard(long id, Piece entry) {
        Piece gone = Piece.of("letter_gone as (delete from messaging.dead_letters where id = :id returning 1)")
            .bind("id", id).check("exists (select from letter_gone)", Refused.ABSENT);
        return postgres.runIfThere(Write.of(gone, entry));
    }

    Mono<Void> failedAgain(Letter letter, String cause) {
        return postgres.update("""
            update messaging.dead_letters set behind = false, tries = tries + 1, cause = :cause where id = :id
            """, Map.of("id", letter.id(), "cause", cut(cause))).then();
    }

    Mono<Long> count() {
        return postgres.query("select count(*) as parked from messaging.dead_letters", Map.of(),
            row -> Objects.requireNonNull(row.get("parked", Long.class))).single();
    }

    static String cause(Throwable error) {
        return error.getClass().getSimpleName() + ": " + error.getMessage();
    }

    private static String cut(String text) {
        return text.length() <= CAUSE_CHARS_MAX ? text : text.substring(0, CAUSE_CHARS_MAX);
    }

    private static Letter letter(Readable row) {
        Arrived fact = new Arrived(value(row, "fact_id", UUID.class), value(row, "type", String.class),
            value(row, "aggregate", String.class), value(row, "version", Long.class),
            value(row, "position", Long.class), value(row, "request_id", String.class),
            value(row, "traceparent", String.class), value(row, "payload", byte[].class));
        return new Letter(value(row, "id", Long.class), value(row, "consumer", String.class), fact,
            value(row, "cause", String.class), value(row, "behind", Boolean.class),
            value(row, "tries", Integer.class), value(row, "parked_at", Instant.class));
    }

    private static <T> T value(Readable row, String name, Class<T> type) {
        return Objects.requireNonNull(row.get(name, type), name);
    }
}
