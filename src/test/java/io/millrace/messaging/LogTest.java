package io.millrace.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/// The log of facts: what may be told, and in which order it is read.
class LogTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String TELL = """
        with told as (insert into messaging.facts (id, module, type, aggregate, version, at, payload)
                      values (gen_random_uuid(), 'other', 'other.Thing', ?, ?, now(), '{}') returning position)
        insert into messaging.outbox select position from told""";
    private final Shop shop = Rig.shared();
    private final Messaging messaging = shop.bean(Messaging.class);
    private final EventLog events = shop.bean(EventLog.class);

    private static Change tells(String aggregate, long... versions) {
        Change change = Change.of(Piece.of("nothing as (select 1)"));
        for (long version : versions)
            change = change.tells(new RigEvent.Ticked(UUID.randomUUID(), aggregate, version, Instant.now(), ""));
        return change;
    }

    @Test void the_unique_number_of_a_fact_makes_the_second_teller_stale() {
        // Guard: unique (aggregate, version). Without it both would be told.
        messaging.commit(tells("log:twice", 1)).block(LONG);
        assertThatThrownBy(() -> messaging.commit(tells("log:twice", 1)).block(LONG))
            .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.is(Refused.STALE)).isTrue());
        assertThat(count("log:twice")).isOne();
    }

    @Test void a_number_left_out_is_a_defect_and_nothing_is_told() {
        // Guard: the check fact_gap in the statement that tells.
        messaging.commit(tells("log:gap", 1)).block(LONG);
        assertThatThrownBy(() -> messaging.commit(tells("log:gap", 3)).block(LONG))
            .isInstanceOf(IllegalStateException.class).hasMessageContaining("without gaps");
        messaging.commit(tells("log:gap", 2, 3, 4)).block(LONG);
        assertThat(count("log:gap")).isEqualTo(4);
    }

    @Test void what_is_told_inside_a_transaction_goes_with_it() {
        Postgres postgres = shop.bean(Postgres.class);
        assertThatThrownBy(() -> postgres.transactional(messaging.commit(tells("log:lost", 1))
            .then(Mono.error(new IllegalStateException("changed my mind")))).block(LONG)).hasMessage("changed my mind");
        assertThat(count("log:lost")).isZero();
        postgres.transactional(messaging.commit(tells("log:kept", 1)).then(messaging.commit(tells("log:kept", 2))))
            .block(LONG);
        Eventually.holds("the relay was woken by the end of the transaction",
            () -> Rig.heard(shop, "log:kept") == 2);
    }

    @Test void what_is_done_afterwards_is_done_once_and_only_for_what_was_committed() {
        AtomicInteger done = new AtomicInteger();
        messaging.commit(tells("log:after", 1).afterwards(done::incrementAndGet)).block(LONG);
        assertThat(done).hasValue(1);
        assertThatThrownBy(() -> messaging.commit(tells("log:after", 1).afterwards(done::incrementAndGet)).block(LONG))
            .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> shop.bean(Postgres.class).transactional(messaging
            .commit(tells("log:after", 2).afterwards(done::incrementAndGet))
            .then(Mono.error(new IllegalStateException("changed my mind")))).block(LONG)).hasMessage("changed my mind");
        assertThat(done).as("nothing of what was refused or rolled back").hasValue(1);
    }

    @Test void a_fact_carries_the_request_and_the_trace_that_caused_it() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        messaging.commit(tells("log:traced", 1)).contextWrite(context -> io.millrace.tracing.Trace
            .continued("00-" + trace + "-00f067aa0ba902b7-01")
            .into(io.millrace.http.RequestId.into(context, "r-77"))).block(LONG);
        Eventually.holds("heard with its trace",
            () -> shop.bean(Rig.Ears.class).traces.contains("r-77 " + trace));
    }

    @Test void a_large_fact_gets_through_and_one_too_large_is_refused_when_told() {
        // Guard: FACT_BYTES_MAX. Without it the broker refuses the record and the relay stands still for ever.
        Rig.tick(shop, "log:large", "x".repeat(3_000_000)).block(LONG);
        assertThatThrownBy(() -> Rig.tick(shop, "log:large", "x".repeat(5_000_000)).block(LONG))
            .hasMessageContaining("too large");
        Rig.tick(shop, "log:large", "small").block(LONG);
        Eventually.holds("both heard", () -> Rig.heard(shop, "log:large") == 2);
    }

    @Test void the_event_log_waits_for_a_position_that_is_taken_but_not_yet_committed() throws SQLException {
        // Guard: the horizon of EventLog. Without it the later position is handed out first and the earlier one lost.
        long start = last();
        try (Connection slow = shop.database().connect()) {
            slow.setAutoCommit(false);
            tell(slow, "log:slow", 1);
            messaging.commit(tells("log:fast", 1)).block(LONG);
            assertThat(read(start)).as("nothing beyond the one in flight").isEmpty();
            slow.commit();
        }
        assertThat(read(start)).extracting(Recorded::aggregate).containsExactly("log:slow", "log:fast");
    }

    @Test void a_reader_with_a_cursor_sees_everything_once_while_writers_commit_late_or_not_at_all() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        int writers = 6;
        int rounds = 25 * Integer.getInteger("scale", 1);
        long cursor = last();
        List<Recorded> seen = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                String aggregate = "log:writer" + seed + i;
                Random random = new Random(seed + i);
                running.add(threads.submit((Callable<?>) () -> write(aggregate, rounds, random)));
            }
            while (running.stream().anyMatch(writer -> !writer.isDone())) {
                List<Recorded> page = read(cursor);
                seen.addAll(page);
                if (!page.isEmpty()) cursor = page.getLast().position();
            }
            for (Future<?> writer : running) writer.get();
        }
        seen.addAll(read(cursor));
        List<Object> all = shop.database().rows("select position from messaging.facts where aggregate like ? "
            + "order by position", "log:writer" + seed + "%").stream().map(row -> row.get("position"))
            .map(Objects::requireNonNull).toList();
        assertThat(seen.stream().filter(fact -> fact.aggregate().startsWith("log:writer" + seed))
            .map(fact -> (Object) fact.position()).toList()).isEqualTo(all);
    }

    private int write(String aggregate, int rounds, Random random) throws SQLException {
        int version = 1;
        try (Connection connection = shop.database().connect()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < rounds; i++) {
                tell(connection, aggregate, version);
                LockSupport.parkNanos(random.nextInt(12_000_000));
                if (random.nextInt(5) == 0) connection.rollback();
                else {
                    connection.commit();
                    version++;
                }
            }
        }
        return version;
    }

    private static void tell(Connection connection, String aggregate, int version) throws SQLException {
        try (var statement = connection.prepareStatement(TELL)) {
            statement.setString(1, aggregate);
            statement.setInt(2, version);
            statement.executeUpdate();
        }
    }

    private List<Recorded> read(long after) {
        return Objects.requireNonNull(events.after(after, 1_000).block(LONG));
    }

    private long last() {
        return shop.database().number("select max(position) from messaging.facts");
    }

    private long count(String aggregate) {
        return shop.database().number("select count(*) from messaging.facts where aggregate = ?", aggregate);
    }

    @Test void the_doors_of_admins_are_shut_for_guests() {
        assertThat(shop.client().get("/api/v1/events").status()).isEqualTo(401);
        assertThat(shop.client().get("/api/v1/admin/dead-letters").status()).isEqualTo(401);
    }
}
