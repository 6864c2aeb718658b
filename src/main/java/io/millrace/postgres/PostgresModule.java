package io.millrace.postgres;

import io.millrace.tracing.Spans;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import java.util.Map;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;

@Configuration(proxyBeanMethods = false)
class PostgresModule {
    /// In place of Spring Boot's own pool, with the same settings (`spring.r2dbc.pool.*`).
    @Bean(destroyMethod = "dispose") ConnectionPool connections(R2dbcConnectionDetails details, R2dbcProperties given) {
        R2dbcProperties.Pool pool = given.getPool();
        ConnectionPoolConfiguration.Builder settings = ConnectionPoolConfiguration
            .builder(ConnectionFactories.get(Wires.to(details.getConnectionFactoryOptions(), Map.of())))
            .initialSize(pool.getInitialSize()).minIdle(pool.getMinIdle());
        PropertyMapper set = PropertyMapper.get();
        set.from(pool.getMaxIdleTime()).to(settings::maxIdleTime);
        set.from(pool.getMaxLifeTime()).to(settings::maxLifeTime);
        set.from(pool.getMaxAcquireTime()).to(settings::maxAcquireTime);
        set.from(pool.getMaxCreateConnectionTime()).to(settings::maxCreateConnectionTime);
        set.from(pool.getMaxValidationTime()).to(settings::maxValidationTime);
        set.from(pool.getValidationQuery()).to(settings::validationQuery);
        set.from(pool.getValidationDepth()).to(settings::validationDepth);
        return new Pool(settings, pool.getMaxSize());
    }

    @Bean Postgres postgres(ConnectionFactory connections, TransactionalOperator transaction, Spans spans) {
        return new Postgres(connections, transaction, spans);
    }

    @Bean TransactionalOperator transaction(ReactiveTransactionManager transactions) {
        return TransactionalOperator.create(transactions);
    }
}
