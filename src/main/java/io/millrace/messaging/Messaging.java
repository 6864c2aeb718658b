package io.millrace.messaging;

import io.millrace.http.Json;
import io.millrace.http.RequestId;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Announces facts: they are committed together with their effect, or neither is.
public final class Messaging {
    /// Rounds of facts causing facts inside one change; more is a loop.
    private static final int ROUNDS_MAX = 8;
    /// The longest story of one aggregate read at once.
    private static final int HISTORY_FACTS_MAX = 1_000;

    private final Postgres postgres;
    private final ObjectProvider<InTransaction<?>> inboxes;
    private final Waker waker;

    Messaging(Postgres postgres, ObjectProvider<InTransaction<?>> inboxes, Waker waker) {
        this.postgres = postgres;
        this.inboxes = inboxes;
        this.waker = waker;
    }

    /// Lets the in-transaction inboxes add to the change, then runs all of it as one statement. Fails with
    /// [io.millrace.postgres.Refused] when a check does not hold: nothing has happened then.
    public Mono<Write.Answers> commit(Change change) {
        return heard(change, 0, 0).flatMap(this::run);
    }

    /// The story of one aggregate after a version, oldest first.
    public Flux<Recorded> history(String aggregate, long afterVersion) {
        return postgres.query("""
            select position, id, type, aggregate, version, at, payload::text as payload
              from messaging.facts
             where aggregate = :aggregate and version > :after
             order by version limit :limit
            """, Map.of("aggregate", aggregate, "after", afterVersion, "limit", HISTORY_FACTS_MAX),
            Messaging::recorded);
    }

    private Mono<Change> heard(Change change, int from, int round) {
        List<Fact> fresh = change.facts().subList(from, change.facts().size());
        if (fresh.isEmpty()) return Mono.just(change);
        if (round == ROUNDS_MAX) return Mono.error(new IllegalStateException("facts cause facts without end"));
        int next = change.facts().size();
        return Flux.fromStream(inboxes.orderedStream())
            .reduce(Mono.just(change), (sofar, inbox) -> sofar.flatMap(now -> hear(inbox, fresh, now)))
            .flatMap(all -> all)
            .flatMap(more -> heard(more, next, round + 1));
    }

    private static <F extends Fact> Mono<Change> hear(InTransaction<F> inbox, List<Fact> facts, Change change) {
        List<F> mine = facts.stream().filter(inbox.page()::isInstance).map(inbox.page()::cast).toList();
        return mine.isEmpty() ? Mono.just(change) : inbox.hear(mine, change);
    }

    private Mono<Write.Answers> run(Change change) {
        if (change.facts().isEmpty()) return postgres.run(change.write());
        return Mono
            .deferContextual(context -> postgres.run(change.write().with(facts(change.facts(), RequestId.of(context)))))
            .doOnSuccess(done -> waker.wake());
    }

    private static Piece facts(List<Fact> facts, String requestId) {
        return Piece.of("""
            facts_told as (
                insert into messaging.facts (id, module, type, aggregate, version, at, request_id, payload)
                select id, split_part(type, '.', 1), type, aggregate, version, at, :fact_request, payload::jsonb
                  from unnest(:fact_ids::uuid[], :fact_types::text[], :fact_aggregates::text[],
                              :fact_versions::bigint[], :fact_times::timestamptz[], :fact_payloads::text[])
                       with ordinality as told(id, type, aggregate, version, at, payload, place)
                 order by place
                returning position),
            facts_waiting as (
                insert into messaging.outbox (position) select position from facts_told)""")
            .bind("fact_request", requestId)
            .bind("fact_ids", facts.stream().map(Fact::id).toArray(UUID[]::new))
            .bind("fact_types", facts.stream().map(Fact::type).toArray(String[]::new))
            .bind("fact_aggregates", facts.stream().map(Fact::aggregate).toArray(String[]::new))
            .bind("fact_versions", facts.stream().map(Fact::version).toArray(Long[]::new))
            .bind("fact_times", facts.stream().map(fact -> fact.at().toString()).toArray(String[]::new))
            .bind("fact_payloads", facts.stream()
                .map(fact -> new String(Json.bytes(fact), StandardCharsets.UTF_8)).toArray(String[]::new));
    }

    private static Recorded recorded(io.r2dbc.spi.Readable row) {
        return new Recorded(value(row, "position", Long.class), value(row, "id", UUID.class),
            value(row, "type", String.class), value(row, "aggregate", String.class),
            value(row, "version", Long.class), value(row, "at", Instant.class),
            value(row, "payload", String.class).getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T value(io.r2dbc.spi.Readable row, String name, Class<T> type) {
        return java.util.Objects.requireNonNull(row.get(name, type), name);
    }
}
