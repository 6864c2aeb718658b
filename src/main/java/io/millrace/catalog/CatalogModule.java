package io.millrace.catalog;

import io.millrace.audit.Audit;
import io.millrace.channel.Channels;
import io.millrace.http.Ids;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CatalogModule {
    @Bean Catalog catalog(Postgres postgres, Categories categories, Channels channels, Messaging messaging, Ids ids,
        InstantSource clock) {
        return new Catalog(new Products(postgres), new Variants(postgres), categories, channels, messaging, ids, clock);
    }

    @Bean Deeds catalogDeeds(Catalog catalog, Audit audit) {
        return new Deeds(catalog, audit);
    }

    @Bean Categories categories(Postgres postgres, Messaging messaging, Ids ids, InstantSource clock) {
        return new Categories(postgres, messaging, ids, clock);
    }
}
