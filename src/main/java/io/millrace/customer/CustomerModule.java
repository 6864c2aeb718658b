package io.millrace.customer;

import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.identity.Profiles;
import io.millrace.payment.Payments;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class CustomerModule {
    @Bean Addresses customerAddresses(Postgres postgres) {
        return new Addresses(postgres);
    }

    @Bean Customers customers(Addresses addresses) {
        return new Customers(addresses);
    }

    @Bean RouterFunction<ServerResponse> profileApi(Api api, Profiles profiles, Channels channels) {
        ProfileRoutes routes = new ProfileRoutes(profiles, channels);
        return api.table("/user", routes::table).and(api.table("/users", routes::table));
    }

    @Bean RouterFunction<ServerResponse> settingsApi(Api api, Postgres postgres, Channels channels) {
        SettingsRoutes routes = new SettingsRoutes(new Preferences(postgres), channels);
        return api.table("/user", routes::table).and(api.table("/users", routes::table));
    }

    @Bean RouterFunction<ServerResponse> addressApi(Api api, Addresses addresses, Postgres postgres, Ids ids,
        InstantSource clock) {
        return api.table("/user/addresses",
            new AddressRoutes(addresses, new Books(postgres), ids, clock)::table);
    }

    @Bean RouterFunction<ServerResponse> savedMethodApi(Api api, Postgres postgres, Payments payments, Ids ids,
        InstantSource clock) {
        return api.table("/user/payment-methods",
            new MethodRoutes(new Methods(postgres), new Books(postgres), payments, ids, clock)::table);
    }
}
