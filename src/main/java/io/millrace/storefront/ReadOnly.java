package io.millrace.storefront;

import io.millrace.postgres.Pool;
import io.millrace.postgres.Wires;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.ValidationDepth;
import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.DisposableBean;

/// Connections for shoppers' reads alone: PostgreSQL refuses every write on them and ends a statement that takes too
/// long. A few are enough, and when searches are many it is searches that wait.
final class ReadOnly implements DisposableBean {
    private static final Duration ACQUIRE_MAX = Duration.ofSeconds(3);
    private static final Duration LIFE_MAX = Duration.ofMinutes(30);

    /// Statements that a connection keeps prepared. Shoppers put together tens of thousands of different ones, and each
    /// takes some 50 kB of PostgreSQL's memory.
    static final int STATEMENTS_MAX = 200;

    private final ConnectionPool pool;

    private ReadOnly(ConnectionPool pool) {
        this.pool = pool;
    }

    static ReadOnly of(ConnectionFactoryOptions options, int connections, Duration statementMax) {
        ConnectionFactoryOptions own = Wires.to(options, Map.of("statement_timeout",
            Long.toString(statementMax.toMillis()), "default_transaction_read_only", "on")).mutate()
            .option(PostgresqlConnectionFactoryProvider.PREPARED_STATEMENT_CACHE_QUERIES, STATEMENTS_MAX).build();
        return new ReadOnly(new Pool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(own))
            .initialSize(0).maxAcquireTime(ACQUIRE_MAX).maxLifeTime(LIFE_MAX).validationDepth(ValidationDepth.LOCAL),
            connections));
    }

    /// Not a bean: the house's own connections are the ones that others mean.
    ConnectionFactory connections() {
        return pool;
    }

    @Override public void destroy() {
        pool.dispose();
    }
}
