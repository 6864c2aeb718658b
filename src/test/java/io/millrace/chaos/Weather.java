package io.millrace.chaos;

import io.millrace.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// People who go on with their business, each on a thread of his own, while the ground shakes; closing it lets each end
/// what he is at and tells what went wrong with any of them.
final class Weather implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong done = new AtomicLong();
    private final List<Future<?>> people = new ArrayList<>();

    void goesOn(Runnable business) {
        people.add(threads.submit(() -> {
            while (!over.get()) {
                business.run();
                done.incrementAndGet();
            }
        }));
    }

    /// That many more pieces of business were finished since now.
    void finished(long more) {
        long target = done.get() + more;
        Eventually.holds(more + " more pieces of business", PATIENCE, () -> {
            for (Future<?> one : people) if (one.isDone()) one.get(); // it failed: say so
            return done.get() >= target;
        });
    }

    long done() {
        return done.get();
    }

    static long ms(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos).toMillis();
    }

    /// "p50 3 p99 20 max 31 ms".
    static String spread(Collection<Long> tookMs) {
        if (tookMs.isEmpty()) return "none";
        List<Long> sorted = tookMs.stream().sorted().toList();
        return "p50 %d p99 %d max %d ms".formatted(sorted.get(sorted.size() / 2), sorted.get(sorted.size() * 99 / 100),
            sorted.getLast());
    }

    @Override public void close() {
        over.set(true);
        try {
            for (Future<?> one : people) one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            threads.shutdown();
        }
    }
}
