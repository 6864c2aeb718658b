package io.millrace.inventory;

import io.millrace.http.Ids;
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
    @ConfigurationProperties("millrace.inventory")
    record Settings(@DefaultValue("15m") Duration hold, @DefaultValue("60s") Duration hotHold,
        @DefaultValue("16") int hotBuyers) {}

    @Bean Inventory inventory(Postgres postgres, Ids ids, InstantSource clock, Settings settings) {
        return inventory(postgres, ids, clock, settings.hold(), settings.hotHold(), settings.hotBuyers());
    }

    static Inventory inventory(Postgres postgres, Ids ids, InstantSource clock, Duration hold, Duration hotHold,
        int hotBuyers) {
        Reservations reservations = new Reservations(postgres);
        Pools pools = new Pools(postgres);
        Batches batches = new Batches(reservations, pools, clock, hotHold);
        return new Inventory(reservations, pools, new HotPools(pools, batches, clock, hotBuyers), ids, clock, hold);
    }
}
