package io.millrace.postgres;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import reactor.core.publisher.Mono;

/// A pool that forgets all its dead connections at once: when the server was away every idle one is dead, and whoever
/// asks next must not get an error for each of them. Waiting for a connection happens once (the pool's own retry would
/// wait again).
public final class Pool extends ConnectionPool {
    private final int max;

    public Pool(ConnectionPoolConfiguration.Builder settings, int max) {
        super(settings.maxSize(max).acquireRetry(0).build());
        this.max = max;
    }

    /// Costs nothing more than the pool itself as long as connections live.
    @Override public Mono<Connection> create() {
        return create(max);
    }

    private Mono<Connection> create(int again) {
        return super.create().onErrorResume(error -> again > 0 && wasDead(error), dead -> create(again - 1));
    }

    /// What the pool says of an idle connection that is closed; the driver's own failures are of other classes.
    private static boolean wasDead(Throwable error) {
        return error.getClass() == R2dbcNonTransientResourceException.class;
    }
}
