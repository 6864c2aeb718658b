package io.millrace.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.jobs.Bell;
import io.millrace.jobs.Jobs;
import io.millrace.jobs.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;

/// Entries that stand in no transaction (refusals must survive the rollback of what they refuse): written in batches by
/// one writer of this node, at once when it is idle and in any case before it leaves.
///
/// Somebody who is refused all the time cannot fill the table: of one source [#SINGLY_MAX] a minute are written one by
/// one, and then the 64th, 128th, 256th..., with their number. What does not fit into the buffer is counted
/// (`millrace.audit.lost`) and logged.
final class Notes implements SmartLifecycle {
    static final int SINGLY_MAX = 32;
    private static final Duration REST = Duration.ofSeconds(10);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int WAITING_MAX = 4_096;
    private static final int ENTRIES_PER_WRITE = 256;
    private static final int SOURCES_MAX = 20_000;
    private static final Logger LOG = LoggerFactory.getLogger(Notes.class);

    private final Entries entries;
    private final Counter lost;
    private final BlockingQueue<Entry> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Cache<String, AtomicInteger> sources =
        Caffeine.newBuilder().maximumSize(SOURCES_MAX).expireAfterWrite(WINDOW).build();
    private final Bell bell = new Bell();
    private volatile @Nullable Loop loop;

    Notes(Entries entries, MeterRegistry meters) {
        this.entries = entries;
        this.lost = Counter.builder("millrace.audit.lost")
            .description("Refusals that were not written because too many came at once").register(meters);
    }

    void add(Entry entry) {
        if (waiting.offer(entry)) {
            bell.ring();
            return;
        }
        lost.increment();
        if ((long) lost.count() % WAITING_MAX == 1)
            LOG.warn("the audit cannot keep up: {} refusals were not written", (long) lost.count());
    }

    /// How often this source was refused in this minute, when that is worth a line; else 0.
    int worth(String source) {
        AtomicInteger seen = sources.get(source, key -> new AtomicInteger());
        int count = seen.incrementAndGet();
        return count <= SINGLY_MAX || Integer.bitCount(count) == 1 ? count : 0;
    }

    private Mono<Duration> round() {
        return write().thenReturn(REST);
    }

    private Mono<Void> write() {
        return Mono.defer(() -> {
            List<Entry> batch = new ArrayList<>();
            waiting.drainTo(batch, ENTRIES_PER_WRITE);
            if (batch.isEmpty()) return Mono.empty();
            return entries.insert(batch).doOnError(error -> batch.forEach(waiting::offer))
                .then(Mono.defer(() -> batch.size() < ENTRIES_PER_WRITE ? Mono.empty() : write()));
        });
    }

    @Override public void start() {
        loop = Loop.start("audit notes", bell, this::round);
    }

    @Override public void stop() {
        stop(() -> {});
    }

    @Override public void stop(Runnable stopped) {
        Loop running = loop;
        loop = null;
        if (running == null) stopped.run();
        else running.stop(() -> last(stopped));
    }

    /// One more round: the loop may have been asleep when the last entry came.
    private void last(Runnable stopped) {
        Loop.start("the last audit notes", bell, this::round).stop(stopped);
    }

    @Override public boolean isRunning() {
        return loop != null;
    }

    @Override public int getPhase() {
        return Jobs.PHASE;
    }
}
