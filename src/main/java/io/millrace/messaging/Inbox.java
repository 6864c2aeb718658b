package io.millrace.messaging;

import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/// Which facts a consumer has taken in. The row is written in the transaction of the effect.
final class Inbox {
    /// Kafka keeps records for seven days; nothing older can be delivered again.
    private static final Duration KEPT = Duration.ofDays(14);
    private static final int SWEPT_AT_ONCE = 5_000;

    private final Postgres postgres;

    Inbox(Postgres postgres) {
        this.postgres = postgres;
    }

    /// Of some facts, which are new to the consumer, and which have to wait behind a parked one.
    record Admitted(Set<UUID> fresh, Set<UUID> behind) {}

    /// Admits facts inside the running transaction. A parked predecessor is locked, so that it cannot be replayed and
    /// gone between this look and the parking of its follower.
    Mono<Admitted> admit(String consumer, List<Arrived> facts) {
        return postgres.query("""
            with told as (
                select * from unnest(:ids::uuid[], :aggregates::text[]) as told(id, aggregate)),
            parked as materialized (
                select aggregate from messaging.dead_letters
                 where consumer = :consumer and aggregate = any(:aggregates) for share),
            fresh as (
                insert into messaging.inbox (consumer, fact_id)
                select :consumer, id from told where aggregate not in (select aggregate from parked)
                on conflict do nothing
                returning fact_id)
            select fact_id, false as behind from fresh
            union all
            select id, true from told
             where aggregate in (select aggregate from parked)
               and not exists (select from messaging.inbox heard where heard.consumer = :consumer
                                                                   and heard.fact_id = told.id)
            """, Map.of("consumer", consumer, "ids", facts.stream().map(Arrived::id).toArray(UUID[]::new),
            "aggregates", facts.stream().map(Arrived::aggregate).toArray(String[]::new)),
            row -> Map.entry(Objects.requireNonNull(row.get("fact_id", UUID.class)),
                Objects.requireNonNull(row.get("behind", Boolean.class))))
            .collectList()
            .map(rows -> new Admitted(only(rows, false), only(rows, true)));
    }

    private static Set<UUID> only(List<Map.Entry<UUID, Boolean>> rows, boolean behind) {
        return rows.stream().filter(row -> row.getValue() == behind).map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    /// Takes one fact in, inside the running transaction; false when it was taken in before.
    Mono<Boolean> take(String consumer, UUID fact) {
        return postgres.update("""
            insert into messaging.inbox (consumer, fact_id) values (:consumer, :fact) on conflict do nothing
            """, Map.of("consumer", consumer, "fact", fact)).map(rows -> rows == 1);
    }

    /// Forgets what cannot come again.
    Mono<Long> sweep() {
        return postgres.update("""
            delete from messaging.inbox
             where ctid = any(array(select ctid from messaging.inbox
                                     where heard_at < clock_timestamp() - :kept::float8 * interval '1 second'
                                     limit :limit))
            """, Map.of("kept", KEPT.toSeconds(), "limit", SWEPT_AT_ONCE))
            .expand(deleted -> deleted < SWEPT_AT_ONCE ? Mono.empty() : sweep()).reduce(0L, Long::sum);
    }
}
