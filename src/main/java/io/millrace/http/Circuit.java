package io.millrace.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps us from asking somebody who does not answer: after a failure nobody asks for a while, then one does.
final class Circuit {
    private static final long SILENCE_FIRST_NANOS = Duration.ofMillis(500).toNanos();
    private static final long SILENCE_MAX_NANOS = Duration.ofSeconds(5).toNanos();

    private final AtomicLong silentUntil = new AtomicLong();
    private volatile long silence = SILENCE_FIRST_NANOS;
    private volatile boolean isSilent;

    /// When the silence is over, one of those who ask gets a yes, and the next silence is twice as long.
    boolean mayAsk() {
        if (!isSilent) return true;
        long until = silentUntil.get();
        long now = System.nanoTime();
        long next = Math.min(silence * 2, SILENCE_MAX_NANOS);
        if (now - until < 0 || !silentUntil.compareAndSet(until, now + next)) return false;
        silence = next;
        return true;
    }

    void well() {
        if (!isSilent) return;
        silence = SILENCE_FIRST_NANOS;
        isSilent = false;
    }

    void ill() {
        if (isSilent) return;
        silentUntil.set(System.nanoTime() + silence);
        isSilent = true;
    }
}
