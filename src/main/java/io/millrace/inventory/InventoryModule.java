package io.millrace.inventory;

import io.millrace.http.Ids;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(InventoryModule.Settings.class)
class InventoryModule {
    /// `hold`: how long an unpaid order keeps its stock. `hotHold`: how long goods of a crowded pool wait for their
    /// order. `hotBuyers`: buyers of one pool within 100 ms that make it crowded; 0: always, a large number: never.
    /// `exact`: shoppers see how many are left, not only whether.
    @ConfigurationProperties("millrace.inventory")
    record Settings(@DefaultValue("15m") Duration hold, @DefaultValue("60s") Duration hotHold,
        @DefaultValue("16") int hotBuyers, @DefaultValue("false") boolean exact) {}

    @Bean Reservations reservations(Postgres postgres) {
        return new Reservations(postgres);
    }

    @Bean Pools pools(Postgres postgres) {
        return new Pools(postgres);
    }

    @Bean Inventory inventory(Reservations reservations, Pools pools, Ids ids, InstantSource clock,
        Settings settings) {
        Batches batches = new Batches(reservations, pools, clock, settings.hotHold());
        HotPools hot = new HotPools(pools, batches, clock, settings.hotBuyers());
        return new Inventory(reservations, pools, hot, ids, clock, settings.hold());
    }

    @Bean InventoryInbox inventoryInbox(InstantSource clock) {
        return new InventoryInbox(clock);
    }

    @Bean Lapses lapses(Inventory inventory, Reservations reservations, Messaging messaging, InstantSource clock,
        Jobs jobs) {
        Lapses lapses = new Lapses(inventory, reservations, messaging, clock);
        jobs.every(Lapses.JOB, Lapses.EVERY, lapses::sweep);
        return lapses;
    }

    @Bean LiveStock liveStock(Pools pools, Settings settings) {
        return new LiveStock(pools, settings.exact());
    }

    @Bean Subscription<InventoryEvent> stockCrossings(LiveStock live) {
        return Subscription.everyNode("inventory-live", InventoryEvent.class, live::hear);
    }
}
