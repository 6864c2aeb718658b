package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.postgres.Postgres;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class JobsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration LEASE = Duration.ofSeconds(5);
    private final Postgres postgres = Shop.shared().bean(Postgres.class);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private Jobs node() {
        return new Jobs(new Leases(postgres), meters);
    }

    private static String name() {
        return "test." + System.nanoTime();
    }

    @Test void one_taker_wins_and_the_next_one_has_a_higher_fence() {
        // Guard: "where lease.until < clock_timestamp()" in the taking. Without it every taker wins.
        String name = name();
        var won = Flux.range(0, 20).flatMap(i -> new Leases(postgres).take(name, LEASE, false), 20)
            .collectList().block(LONG);
        assertThat(won).hasSize(1);
        Shop.shared().database().execute("update jobs.leases set until = now() - interval '1 second' where name = ?",
            name);
        Leases next = new Leases(postgres);
        Leases.Lease second = next.take(name, LEASE, false).block(LONG);
        assertThat(second).isNotNull().extracting(Leases.Lease::fence).isEqualTo(2L);
    }

    @Test void a_lease_that_was_taken_over_cannot_be_renewed() {
        // Guard: "fence = :fence" in the renewal.
        String name = name();
        Leases leases = new Leases(postgres);
        var renewed = leases.take(name, LEASE, false)
            .flatMap(lease -> postgres
                .update("update jobs.leases set fence = fence + 1 where name = :name", java.util.Map.of("name", name))
                .then(leases.renew(lease)));
        StepVerifier.create(renewed).verifyComplete();
    }

    @Test void a_job_of_two_nodes_never_overlaps_itself_and_runs_about_once_per_interval() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        String name = name();
        Jobs one = node();
        Jobs two = node();
        for (Jobs node : new Jobs[]{one, two})
            node.every(name, Duration.ofMillis(50), () -> Mono.fromRunnable(() -> most.accumulateAndGet(
                running.incrementAndGet(), Math::max)).then(Mono.delay(Duration.ofMillis(20)))
                .doFinally(signal -> {
                    running.decrementAndGet();
                    runs.incrementAndGet();
                }));
        one.start();
        two.start();
        Flux.range(0, 20).flatMap(i -> (i % 2 == 0 ? one : two).run(name), 20).blockLast(LONG);
        Eventually.holds("it goes on by itself", () -> runs.get() >= 25);
        one.stop();
        two.stop();
        assertThat(most.get()).isOne();
    }

    @Test void a_failing_job_is_counted_and_tried_again() {
        AtomicInteger runs = new AtomicInteger();
        String name = name();
        Jobs node = node();
        node.every(name, Duration.ofMillis(20), () -> runs.incrementAndGet() < 3
            ? Mono.error(new IllegalStateException("not yet")) : Mono.empty());
        assertThatThrownBy(() -> node.run(name).block(LONG)).hasMessage("not yet");
        node.start();
        Eventually.holds("it ran again", () -> runs.get() >= 3);
        node.stop();
        assertThat(meters.counter("millrace.jobs.runs", "job", name, "outcome", "failed").count()).isEqualTo(2);
    }

    @Test void waking_does_not_wait_for_the_interval_and_stopping_waits_for_the_run() {
        AtomicInteger done = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        String name = name();
        Jobs node = node();
        node.every(name, Duration.ofHours(1), () -> Mono.fromRunnable(begun::incrementAndGet)
            .then(Mono.delay(Duration.ofMillis(300))).doOnNext(tick -> done.incrementAndGet()));
        node.start();
        node.wake(name);
        Eventually.holds("begun", () -> begun.get() == 1);
        AtomicInteger stopped = new AtomicInteger();
        node.stop(() -> stopped.set(done.get()));
        Eventually.holds("stopped after the run", () -> stopped.get() == 1);
    }
}
