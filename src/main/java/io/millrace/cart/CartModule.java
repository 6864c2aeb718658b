package io.millrace.cart;

import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import io.millrace.pricing.Pricing;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class CartModule {
    private static final Duration GUEST_LIFE = Duration.ofDays(30);

    @Bean Carts carts(Postgres postgres, Pricing pricing, Channels channels, Messaging messaging, Ids ids,
        InstantSource clock) {
        return new Carts(new CartRows(postgres), pricing, channels, messaging, postgres, ids, clock);
    }

    @Bean Leftovers cartLeftovers(Postgres postgres, InstantSource clock, Jobs jobs, Environment settings) {
        Leftovers leftovers = new Leftovers(postgres, clock,
            settings.getProperty("millrace.cart.guest-life", Duration.class, GUEST_LIFE));
        jobs.every("cart.leftovers", Leftovers.SWEPT_EVERY, leftovers::sweep);
        return leftovers;
    }

    @Bean CartRecords cartRecords(Postgres postgres) {
        return new CartRecords(postgres);
    }

    @Bean RouterFunction<ServerResponse> cartApi(Api api, Carts carts, Channels channels, Ids ids) {
        return api.table("/cart", new CartRoutes(carts, channels, ids)::table);
    }
}
