package io.millrace.postgres;

import io.r2dbc.spi.ConnectionFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;

@Configuration(proxyBeanMethods = false)
class PostgresModule {
    @Bean Postgres postgres(ConnectionFactory connections, TransactionalOperator transaction) {
        return new Postgres(connections, transaction);
    }

    @Bean TransactionalOperator transaction(ReactiveTransactionManager transactions) {
        return TransactionalOperator.create(transactions);
    }
}
