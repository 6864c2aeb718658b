package io.millrace.postgres;

import io.millrace.tracing.Spans;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Option;
import java.util.Map;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;

@Configuration(proxyBeanMethods = false)
class PostgresModule {
    private static final Option<Map<String, String>> SERVER_OPTIONS = Option.valueOf("options");

    /// Our statements read by key, so a plan does not depend on the values: planning the basket's look-up anew for
    /// each basket took 416 us where running it takes 121.
    @Bean ConnectionFactoryOptionsBuilderCustomizer tuned() {
        return options -> {
            Postgres.onOurLoops(options);
            options.option(SERVER_OPTIONS, Map.of("plan_cache_mode", "force_generic_plan"));
        };
    }

    @Bean Postgres postgres(ConnectionFactory connections, TransactionalOperator transaction, Spans spans) {
        return new Postgres(connections, transaction, spans);
    }

    @Bean TransactionalOperator transaction(ReactiveTransactionManager transactions) {
        return TransactionalOperator.create(transactions);
    }
}
