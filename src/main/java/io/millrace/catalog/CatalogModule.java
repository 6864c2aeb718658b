package io.millrace.catalog;

import io.millrace.postgres.Postgres;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CatalogModule {
    @Bean Catalog catalog(Postgres postgres) {
        return new Catalog(postgres);
    }
}
