package io.millrace.storefront;

import io.millrace.postgres.Postgres;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.DisposableBean;

/// Connections for shoppers' reads alone: PostgreSQL refuses every write on them and ends a statement that takes too
/// long. A few are enough, and when searches are many it is searches that wait.
final class ReadOnly implements DisposableBean {
    private static final Duration ACQUIRE_MAX = Duration.ofSeconds(3);
    private static final Duration LIFE_MAX = Duration.ofMinutes(30);
    private static final Option<Map<String, String>> SERVER_OPTIONS = Option.valueOf("options");

    private final ConnectionPool pool;

    private ReadOnly(ConnectionPool pool) {
        this.pool = pool;
    }

    static ReadOnly of(ConnectionFactoryOptions options, int connections, Duration statementMax) {
        ConnectionFactoryOptions.Builder own = ConnectionFactoryOptions.builder().from(options)
            .option(SERVER_OPTIONS, Map.of("statement_timeout", Long.toString(statementMax.toMillis()),
                "default_transaction_read_only", "on"));
        if ("pool".equals(options.getValue(ConnectionFactoryOptions.DRIVER)))
            own.option(ConnectionFactoryOptions.DRIVER, "postgresql");
        Postgres.onOurLoops(own);
        return new ReadOnly(new ConnectionPool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(own.build()))
            .initialSize(0).maxSize(connections).maxAcquireTime(ACQUIRE_MAX).maxLifeTime(LIFE_MAX).build()));
    }

    /// Not a bean: the house's own connections are the ones that others mean.
    ConnectionFactory connections() {
        return pool;
    }

    @Override public void destroy() {
        pool.dispose();
    }
}
