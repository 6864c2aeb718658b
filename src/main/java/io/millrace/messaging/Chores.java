package io.millrace.messaging;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.millrace.jobs.Bell;
import io.millrace.jobs.Jobs;
import io.millrace.jobs.Loop;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;

/// What this room does by the clock: forgets old inbox rows, goes on behind discarded dead letters, and measures how
/// far publishing is behind. Every node measures, because the one that should publish may be the one in trouble.
final class Chores implements SmartLifecycle {
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(10);
    private static final Duration RELEASE_EVERY = Duration.ofSeconds(5);
    private static final Duration MEASURE_EVERY = Duration.ofSeconds(5);

    private final Outbox outbox;
    private final DeadLetters letters;
    private final InstantSource clock;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong ageMs = new AtomicLong();
    private final AtomicLong parked = new AtomicLong();
    private final Bell bell = new Bell();
    private @Nullable Loop loop;

    Chores(Jobs jobs, Inbox inbox, Subscriptions subscriptions, Outbox outbox, DeadLetters letters,
        InstantSource clock, MeterRegistry meters) {
        this.outbox = outbox;
        this.letters = letters;
        this.clock = clock;
        jobs.every("messaging.inbox", SWEEP_EVERY, inbox::sweep);
        jobs.every("messaging.release", RELEASE_EVERY, subscriptions::release);
        meters.gauge("millrace.outbox.facts", waiting);
        TimeGauge.builder("millrace.outbox.age", ageMs, TimeUnit.MILLISECONDS, AtomicLong::get).register(meters);
        meters.gauge("millrace.dead.letters", parked);
    }

    private Mono<Duration> measure() {
        return outbox.lag().doOnNext(lag -> {
            waiting.set(lag.facts());
            ageMs.set(lag.oldest().map(at -> Duration.between(at, clock.instant()).toMillis()).orElse(0L));
        }).then(letters.count()).doOnNext(parked::set).thenReturn(MEASURE_EVERY);
    }

    @Override public void start() {
        loop = Loop.start("lag", bell, this::measure);
    }

    @Override public void stop() {
        stop(() -> {});
    }

    @Override public void stop(Runnable stopped) {
        Loop running = loop;
        loop = null;
        (running == null ? Mono.<Void>empty() : running.stop()).timeout(Jobs.STOP_MAX, Mono.empty())
            .doFinally(signal -> stopped.run()).subscribe();
    }

    @Override public boolean isRunning() {
        return loop != null;
    }

    @Override public int getPhase() {
        return Jobs.PHASE;
    }
}
