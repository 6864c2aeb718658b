package io.millrace.jobs;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/// Wakes one sleeper. Any number of rings before it looks again count as one; none is lost.
public final class Bell {
    private final AtomicBoolean rung = new AtomicBoolean();
    private volatile Sinks.@Nullable Empty<Void> sleeper;

    public void ring() {
        if (rung.getAndSet(true)) return;
        Sinks.Empty<Void> waiting = sleeper;
        if (waiting != null) waiting.tryEmitEmpty();
    }

    /// Completes when the bell was rung since the last time, or when the time is over.
    public Mono<Void> heard(Duration atMost) {
        return Mono.defer(() -> {
            Sinks.Empty<Void> waiting = Sinks.empty();
            sleeper = waiting;
            if (rung.get()) waiting.tryEmitEmpty();
            // a step to another thread: whoever rings must not do the sleeper's work
            return waiting.asMono().timeout(atMost, Mono.empty()).publishOn(Schedulers.parallel());
        }).then(Mono.fromRunnable(() -> rung.set(false)));
    }
}
