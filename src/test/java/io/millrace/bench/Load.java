package io.millrace.bench;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// So many clients that ask again and again: as soon as they are answered (closed), or at a fixed rate whatever the
/// answers take (open; the time an answer takes counts from when it should have been asked for).
final class Load {
    private static final long HIGHEST_US = 120_000_000;
    private static final int DIGITS = 3;

    private Load() {}

    /// One unit of work on a connection of its own; false when the answer was wrong.
    interface Job {
        boolean run(Caller caller, long number);
    }

    record Done(long good, long bad, double seconds, Histogram micros) {
        double rate() {
            return good / seconds;
        }

        double p99Ms() {
            return micros.getValueAtPercentile(99) / 1_000.0;
        }

        double p50Ms() {
            return micros.getValueAtPercentile(50) / 1_000.0;
        }
    }

    static Done closed(URI shop, int clients, double seconds, Job job) {
        return run(shop, clients, seconds, 0, Long.MAX_VALUE, job);
    }

    static Done counted(URI shop, int clients, long times, Job job) {
        return run(shop, clients, 600, 0, times, job);
    }

    static Done open(URI shop, int clients, double perSecond, double seconds, Job job) {
        return run(shop, clients, seconds, perSecond, Long.MAX_VALUE, job);
    }

    private static Done run(URI shop, int clients, double seconds, double perSecond, long times, Job job) {
        Histogram micros = new ConcurrentHistogram(HIGHEST_US, DIGITS);
        AtomicLong next = new AtomicLong();
        AtomicLong good = new AtomicLong();
        AtomicLong bad = new AtomicLong();
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < clients; i++) callers.add(new Caller(shop));
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        List<Thread> threads = callers.stream().map(caller -> Thread.ofPlatform().start(() -> {
            while (true) {
                long number = next.getAndIncrement();
                long due = perSecond > 0 ? start + (long) (number / perSecond * 1e9) : System.nanoTime();
                if (due >= end || number >= times) return;
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime())
                    LockSupport.parkNanos(wait);
                (job.run(caller, number) ? good : bad).incrementAndGet();
                micros.recordValue(Math.min(HIGHEST_US, (System.nanoTime() - due) / 1_000));
            }
        })).toList();
        for (Thread thread : threads) join(thread);
        double took = (System.nanoTime() - start) / 1e9;
        callers.forEach(Caller::close);
        return new Done(good.get(), bad.get(), took, micros);
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static void idle(double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (long wait = end - System.nanoTime(); wait > 0; wait = end - System.nanoTime()) LockSupport.parkNanos(wait);
    }
}
