package io.millrace.jobs;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;

/// The one clock of the house: the system's, which a test may push forward (`millrace.clock`). Microseconds, as
/// PostgreSQL keeps them.
public final class ShopClock implements InstantSource {
    private final InstantSource source = Clock.systemUTC();
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    @Override public Instant instant() {
        return source.instant().plus(ahead.get()).truncatedTo(ChronoUnit.MICROS);
    }

    /// Jumps forward; tests only. SQL is told this clock's time as a bind and never asks `now()` where a test may
    /// jump; leases and lags of machines use the database's own clock.
    public void jump(Duration step) {
        ahead.updateAndGet(now -> now.plus(step));
    }
}
