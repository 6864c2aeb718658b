package io.millrace.storefront;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.CatalogEvent;
import io.millrace.channel.Channels;
import io.millrace.http.Ids;
import io.millrace.http.Redis;
import io.millrace.inventory.InventoryEvent;
import io.millrace.messaging.Committed;
import io.millrace.messaging.InTransaction;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import io.millrace.pricing.PricingEvent;
import io.millrace.tracing.Spans;
import java.time.InstantSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.util.unit.DataSize;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(StorefrontModule.Settings.class)
class StorefrontModule {
    /// `ready`: memory for ready answers on this node. `connections`: those that shoppers' reads share.
    /// `statementTimeout`: no search runs longer.
    @ConfigurationProperties("millrace.storefront")
    record Settings(@DefaultValue("64MB") DataSize ready, @DefaultValue("4") int connections,
        @DefaultValue("2s") java.time.Duration statementTimeout) {}

    @Bean Displays displays(Postgres postgres) {
        return new Displays(postgres);
    }

    @Bean DisplayInbox displayInbox(Displays displays, Catalog catalog, Channels channels, Messaging messaging,
        Ids ids, InstantSource clock) {
        return new DisplayInbox(displays, catalog, channels, messaging, ids, clock);
    }

    @Bean InTransaction<CatalogEvent> displaysOfGoods(DisplayInbox inbox) {
        return inbox.ofCatalog();
    }

    @Bean InTransaction<PricingEvent> displaysOfPrices(DisplayInbox inbox) {
        return inbox.ofPricing();
    }

    @Bean ReadOnly readOnly(R2dbcConnectionDetails details, Settings settings) {
        return ReadOnly.of(details.getConnectionFactoryOptions(), settings.connections(), settings.statementTimeout());
    }

    @Bean Shelves shelves(ReadOnly connections, TransactionalOperator transaction, Spans spans) {
        return new Shelves(new Postgres(connections.connections(), transaction, spans));
    }

    @Bean ReadyPages readyPages(Redis redis, Settings settings) {
        return new ReadyPages(new Freshness(), new SharedPages(redis), settings.ready().toBytes());
    }

    @Bean Pages pages(Shelves shelves, ReadyPages pages) {
        return new Pages(shelves, pages.freshness());
    }

    @Bean ReadyDoor readyDoor(ReadyPages pages, Channels channels) {
        return new ReadyDoor(pages, channels);
    }

    @Bean Committed ownWritesForgotten(ReadyPages pages) {
        return pages::heard;
    }

    /// What is on display moves first; then those who wish for it hear.
    @Bean Subscription<InventoryEvent> stockOnDisplay(DisplayInbox inbox, WishInbox wishes) {
        return Subscription.of("storefront", InventoryEvent.class,
            fact -> inbox.stock(fact).then(Mono.defer(() -> wishes.stock(fact))));
    }

    @Bean Subscription<CatalogEvent> goodsForgotten(ReadyPages pages) {
        return Subscription.everyNode("storefront-goods", CatalogEvent.class,
            facts -> Mono.fromRunnable(() -> pages.heard(facts)));
    }

    @Bean Subscription<PricingEvent> pricesForgotten(ReadyPages pages) {
        return Subscription.everyNode("storefront-prices", PricingEvent.class,
            facts -> Mono.fromRunnable(() -> pages.heard(facts)));
    }

    @Bean Subscription<StorefrontEvent> stockForgotten(ReadyPages pages) {
        return Subscription.everyNode("storefront-stock", StorefrontEvent.class,
            facts -> Mono.fromRunnable(() -> pages.heard(facts)));
    }

    @Bean Wishlists wishlists(Postgres postgres) {
        return new Wishlists(postgres);
    }

    @Bean WishInbox wishInbox(Postgres postgres, Channels channels, Messaging messaging, Ids ids,
        InstantSource clock) {
        return new WishInbox(postgres, channels, messaging, ids, clock);
    }

    @Bean Subscription<PricingEvent> pricesOfWishes(WishInbox inbox) {
        return Subscription.of("wishes-prices", PricingEvent.class, inbox::price);
    }
}
