package io.millrace.jobs;

import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Takes, keeps and gives back leases in PostgreSQL. Every answer comes from one conditional write.
public final class Leases {
    private final Postgres postgres;
    private final String node = UUID.randomUUID().toString();

    Leases(Postgres postgres) {
        this.postgres = postgres;
    }

    /// A lease as one node took it; `heldUntilNanos` (of [System#nanoTime]) is counted from before it was asked for, so
    /// that it never lasts longer here than in the database.
    public record Lease(String name, long fence, Duration length, long heldUntilNanos) {
        public boolean isHeld() {
            return System.nanoTime() - heldUntilNanos < 0;
        }
    }

    /// Takes the lease if nobody holds it; empty when somebody does. `evenResting` takes one that merely rests.
    public Mono<Lease> take(String name, Duration length, boolean evenResting) {
        return Mono.defer(() -> {
            long asked = System.nanoTime();
            return postgres.query("""
                insert into jobs.leases as lease (name, holder, fence, until)
                values (:name, :node, 1, clock_timestamp() + :length::float8 * interval '1 millisecond')
                on conflict (name) do update
                   set holder = excluded.holder, fence = lease.fence + 1, until = excluded.until, resting = false
                 where lease.until < clock_timestamp() or lease.resting and :even
                returning fence
                """, Map.of("name", name, "node", node, "length", length.toMillis(), "even", evenResting),
                row -> Objects.requireNonNull(row.get("fence", Long.class))).singleOrEmpty()
                .map(fence -> new Lease(name, fence, length, asked + length.toNanos()));
        });
    }

    /// Makes it last its length again; empty when another node has taken it meanwhile.
    public Mono<Lease> renew(Lease lease) {
        return Mono.defer(() -> {
            long asked = System.nanoTime();
            return postgres.update("""
                update jobs.leases set until = clock_timestamp() + :length::float8 * interval '1 millisecond'
                 where name = :name and holder = :node and fence = :fence and not resting
                """, Map.of("name", lease.name(), "node", node, "fence", lease.fence(),
                "length", lease.length().toMillis())).filter(rows -> rows == 1)
                .map(rows -> new Lease(lease.name(), lease.fence(), lease.length(), asked + lease.length().toNanos()));
        });
    }

    /// Gives it back; others may take it after the rest.
    public Mono<Void> release(Lease lease, Duration rest) {
        return postgres.update("""
            update jobs.leases
               set until = clock_timestamp() + :rest::float8 * interval '1 millisecond', resting = true
             where name = :name and holder = :node and fence = :fence
            """, Map.of("name", lease.name(), "node", node, "fence", lease.fence(), "rest", rest.toMillis())).then();
    }
}
