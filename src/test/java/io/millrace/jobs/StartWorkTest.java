package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Again;
import io.r2dbc.spi.R2dbcTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/// A start on a machine that is busy with starting.
class StartWorkTest {
    private static final Duration WAIT_MAX = Duration.ofMinutes(5);

    /// Guard: the retry. A machine under load needed longer for its first connection than the pool waits for one, and
    /// the start died of it.
    @Again void a_server_that_is_slow_for_a_while_is_waited_out() {
        AtomicInteger tries = new AtomicInteger();
        AtStart work = new AtStart("channels", () -> tries.incrementAndGet() < 6
            ? Mono.error(new R2dbcTimeoutException("Connection acquisition timed out")) : Mono.empty());
        StepVerifier.withVirtualTime(() -> StartWork.done(work, WAIT_MAX)).thenAwait(Duration.ofMinutes(1))
            .verifyComplete();
        assertThat(tries).hasValue(6);
    }

    @Again void what_is_wrong_with_the_work_itself_stops_the_start_at_once_and_is_named() {
        AtStart work = new AtStart("channels", () -> Mono.error(new IllegalStateException("no such table")));
        StepVerifier.create(StartWork.done(work, WAIT_MAX)).verifyErrorMessage("could not do at start: channels");
    }

    @Again void a_server_that_never_comes_stops_the_start_after_five_minutes() {
        AtStart work = new AtStart("channels", () -> Mono.error(new R2dbcTimeoutException("no")));
        StepVerifier.withVirtualTime(() -> StartWork.done(work, WAIT_MAX)).thenAwait(WAIT_MAX.plusSeconds(1))
            .verifyErrorMessage("could not do at start: channels");
    }
}
