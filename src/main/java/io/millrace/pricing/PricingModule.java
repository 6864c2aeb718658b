package io.millrace.pricing;

import io.millrace.audit.Audit;
import io.millrace.catalog.Catalog;
import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Ids;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class PricingModule {
    @Bean PriceLists priceLists(Postgres postgres) {
        return new PriceLists(postgres);
    }

    @Bean Pricing pricing(PriceLists lists, InstantSource clock) {
        return new Pricing(lists, clock);
    }

    @Bean PricingInbox pricingInbox(PriceLists lists, Channels channels, Ids ids) {
        return new PricingInbox(lists, channels, ids);
    }

    @Bean RouterFunction<ServerResponse> priceListApi(Api api, PriceLists lists, Channels channels, Catalog catalog,
        Messaging messaging, Audit audit, Ids ids, InstantSource clock) {
        return api.table("/admin/price-lists",
            new PriceListRoutes(lists, channels, catalog, messaging, audit, ids, clock)::table);
    }
}
