package io.millrace.cart;

import io.millrace.postgres.Postgres;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CartModule {
    @Bean Carts carts(Postgres postgres) {
        return new Carts(postgres);
    }
}
