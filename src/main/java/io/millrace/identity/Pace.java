package io.millrace.identity;

import java.util.concurrent.TimeUnit;

/// When threads that compute much are in a flood, and how long they leave the processors alone in it before they go on.
///
/// Whoever computes without end waits for a processor only when others want it too. So what a piece of work took by
/// the clock beyond what it had of a processor tells how much others lack, on any machine and whatever else runs there:
/// on an idle one it goes on at once. Thread priorities would not do: an event loop that wakes waits for the end of the
/// other's time slice of some milliseconds, however low that one's priority is.
///
/// Times are [System#nanoTime]. Safe for several threads at once.
final class Pace {
    /// Work has waited without a gap for this long: no longer some people at once but a flood. It is over when for this
    /// long nobody was sent away.
    static final long FLOOD_NANOS = TimeUnit.SECONDS.toNanos(2);
    /// Rest for each nanosecond that was waited for a processor.
    static final int REST_PER_WAITED = 8;
    /// So that a few sign-ins a second go on under any load.
    static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(200);

    private volatile long calm;
    private volatile long refused;

    Pace(long now) {
        calm = now;
        refused = now - FLOOD_NANOS;
    }

    /// Nobody waits; that is no end of a flood while others are still sent away.
    void calm(long now) {
        if (now - refused >= FLOOD_NANOS) calm = now;
    }

    /// Somebody was sent away.
    void refused(long now) {
        refused = now;
    }

    /// No more fit in: that is a flood at once.
    void full(long now) {
        refused = now;
        if (!isFlood(now)) calm = now - FLOOD_NANOS;
    }

    boolean isFlood(long now) {
        return now - calm >= FLOOD_NANOS;
    }

    /// Nanoseconds to rest after work that took so many by the clock and of a processor.
    long rest(long now, long wall, long cpu) {
        return isFlood(now) ? Math.clamp((wall - cpu) * REST_PER_WAITED, 0, REST_NANOS_MAX) : 0;
    }
}
