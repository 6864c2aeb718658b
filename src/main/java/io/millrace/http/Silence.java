package io.millrace.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Keeps us from asking [Redis] while it does not answer: after a failure nobody asks for half a second, then one does,
/// and every failure in a row doubles the silence, up to five seconds. Whoever was told that he may ask says how it
/// went, by [#well] or [#ill].
public final class Silence {
    static final Duration FIRST = Duration.ofMillis(500);
    static final Duration MAX = Duration.ofSeconds(5);

    private final LongSupplier nanos;
    private final AtomicLong silentUntil = new AtomicLong();
    private volatile long silence = FIRST.toNanos();
    private volatile boolean isSilent;

    public Silence() {
        this(System::nanoTime);
    }

    /// With a clock of its own, in nanoseconds.
    Silence(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// When the silence is over, one of those who ask gets a yes, and the next silence is twice as long.
    public boolean mayAsk() {
        if (!isSilent) return true;
        long until = silentUntil.get();
        long now = nanos.getAsLong();
        long next = Math.min(silence * 2, MAX.toNanos());
        if (now - until < 0 || !silentUntil.compareAndSet(until, now + next)) return false;
        silence = next;
        return true;
    }

    public void well() {
        if (!isSilent) return;
        silence = FIRST.toNanos();
        isSilent = false;
    }

    /// Not for [Redis.Away], which costs nothing.
    public void ill(Throwable error) {
        if (error instanceof Redis.Away || isSilent) return;
        silentUntil.set(nanos.getAsLong() + silence);
        isSilent = true;
    }
}
