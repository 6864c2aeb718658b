package io.millrace.ledger;

import io.millrace.http.Api;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class LedgerModule {
    @Bean Journals journals(Postgres postgres) {
        return new Journals(postgres);
    }

    @Bean Ledger ledger(Postgres postgres, Journals journals, InstantSource clock) {
        return new Ledger(postgres, journals, clock);
    }

    @Bean RouterFunction<ServerResponse> ledgerApi(Api api, Ledger ledger, Journals journals) {
        return new LedgerRoutes(ledger, journals).table(api);
    }
}
