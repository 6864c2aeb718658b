package io.millrace.pricing;

import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class PricingModule {
    @Bean PriceLists priceLists(Postgres postgres) {
        return new PriceLists(postgres);
    }

    @Bean Pricing pricing(PriceLists lists, InstantSource clock) {
        return new Pricing(lists, clock);
    }
}
