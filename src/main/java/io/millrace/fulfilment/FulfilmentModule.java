package io.millrace.fulfilment;

import io.millrace.http.Ids;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class FulfilmentModule {
    @Bean Fulfilment fulfilment(Postgres postgres, Ids ids, InstantSource clock) {
        return new Fulfilment(new Parcels(postgres), ids, clock);
    }
}
