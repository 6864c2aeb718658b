package io.millrace.jobs;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// Work in rounds: each round answers how long to rest, and a bell cuts the rest short. A failed round is logged and
/// followed by a growing rest. Stopping lets the running round finish, because cancelling SQL half way can poison a
/// pooled connection.
public final class Loop {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration REST_FIRST = Duration.ofMillis(100);
    private static final Duration REST_MAX = Duration.ofSeconds(2);

    private final String name;
    private final Bell bell;
    private final Sinks.Empty<Void> ended = Sinks.empty();
    private volatile boolean stopping;
    private int failures;

    private Loop(String name, Bell bell) {
        this.name = name;
        this.bell = bell;
    }

    public static Loop start(String name, Bell bell, Supplier<Mono<Duration>> round) {
        Loop loop = new Loop(name, bell);
        loop.run(round);
        return loop;
    }

    private void run(Supplier<Mono<Duration>> round) {
        Mono.defer(round)
            .doOnSuccess(rest -> failures = 0)
            .onErrorResume(error -> Mono.just(failed(error)))
            .flatMap(rest -> stopping ? Mono.<Void>empty() : bell.heard(rest))
            .repeat(() -> !stopping)
            .then()
            .doFinally(signal -> ended.tryEmitEmpty())
            .subscribe(done -> {}, error -> LOG.error("{} ended", name, error));
    }

    private Duration failed(Throwable error) {
        failures++;
        if (failures == 1) LOG.warn("{} failed and will try again", name, error);
        else LOG.warn("{} failed {} times in a row: {}", name, failures, error.toString());
        Duration rest = REST_FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
        return rest.compareTo(REST_MAX) > 0 ? REST_MAX : rest;
    }

    /// Completes when the running round is over; no other begins.
    public Mono<Void> stop() {
        stopping = true;
        bell.ring();
        return ended.asMono();
    }

    /// The same for the callback of a life cycle, which does not wait longer than [Jobs#STOP_MAX].
    public void stop(Runnable stopped) {
        stop().timeout(Jobs.STOP_MAX, Mono.empty()).doFinally(signal -> stopped.run()).subscribe();
    }
}
