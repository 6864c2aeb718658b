package io.millrace.messaging;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.jobs.Bell;
import io.millrace.jobs.CrashPoint;
import io.millrace.jobs.Jobs;
import io.millrace.jobs.Leadership;
import io.millrace.jobs.Leases;
import io.millrace.jobs.Loop;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;

/// Publishes the outbox to Kafka in the order of positions: batch by batch, each all or nothing, the rows deleted when
/// the broker has them. A batch that failed is sent again whole; nothing is skipped, so a crash between publishing and
/// deleting repeats facts and never loses or reorders any.
///
/// One node leads by a lease. The lease only saves work: what keeps two leaders from mixing their batches is that
/// opening the [Postman] fences off the previous one, and that it is opened before the outbox is read.
final class Relay implements SmartLifecycle, Waker {
    private static final int BATCH_FACTS = 500;
    /// The safety net under notices and wakes.
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Outbox outbox;
    private final Postman postman;
    private final Leadership leadership;
    private final Notices notices;
    private final Bell bell = new Bell();
    private final Counter published;
    private final Timer batches;
    private @Nullable Loop loop;

    Relay(Outbox outbox, Postman postman, Leases leases, Postgres postgres, ConnectionFactory connections,
        MessagingSettings settings, MeterRegistry meters) {
        this.outbox = outbox;
        this.postman = postman;
        this.leadership = new Leadership(leases, "relay", settings.lease(), bell::ring);
        this.notices = new Notices(postgres, connections, bell::ring);
        this.published = meters.counter("millrace.relay.published");
        this.batches = meters.timer("millrace.relay.batch");
        meters.gauge("millrace.relay.leader", leadership, held -> held.isHeld() ? 1 : 0);
    }

    /// Called after every commit with facts: no more than two volatile reads.
    @Override public void wake() {
        if (leadership.isHeld()) bell.ring();
        else notices.send();
    }

    boolean leads() {
        return leadership.isHeld();
    }

    private Mono<Duration> round() {
        if (!leadership.isHeld()) return postman.close().thenReturn(POLL);
        return postman.open().then(Mono.defer(() -> outbox.pending(BATCH_FACTS).collectList()))
            .flatMap(batch -> batch.isEmpty() ? Mono.just(POLL) : relay(batch).thenReturn(Duration.ZERO))
            // Whoever fenced us off may be the new leader: ask before trying to take over again.
            .onErrorResume(error -> postman.close().then(leadership.ask()).then(Mono.error(error)));
    }

    private Mono<Void> relay(List<Pending> batch) {
        CrashPoint.reach("relay.before_publish");
        Timer.Sample took = Timer.start();
        return postman.publish(batch)
            .then(Mono.defer(() -> {
                CrashPoint.reach("relay.after_publish");
                return outbox.published(batch);
            }))
            .doOnNext(deleted -> {
                CrashPoint.reach("relay.after_delete");
                published.increment(batch.size());
                took.stop(batches);
            })
            .then();
    }

    @Override public void start() {
        leadership.start();
        notices.start();
        loop = Loop.start("relay", bell, this::round);
    }

    @Override public void stop() {
        stop(() -> {});
    }

    @Override public void stop(Runnable stopped) {
        Loop running = loop;
        loop = null;
        (running == null ? Mono.<Void>empty() : running.stop())
            .then(postman.close()).then(leadership.stop()).then(notices.stop())
            .timeout(Jobs.STOP_MAX, Mono.empty())
            .onErrorResume(error -> Mono.empty())
            .doFinally(signal -> stopped.run()).subscribe();
    }

    @Override public boolean isRunning() {
        return loop != null;
    }

    @Override public int getPhase() {
        return Jobs.PHASE;
    }
}
