package io.millrace.ordering;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.audit.Audit;
import io.millrace.cart.Carts;
import io.millrace.channel.Channels;
import io.millrace.customer.Customers;
import io.millrace.fulfilment.Fulfilment;
import io.millrace.http.Api;
import io.millrace.http.Idempotency;
import io.millrace.http.Ids;
import io.millrace.identity.Identity;
import io.millrace.inventory.Inventory;
import io.millrace.inventory.InventoryEvent;
import io.millrace.jobs.Jobs;
import io.millrace.ledger.Ledger;
import io.millrace.messaging.Messaging;
import io.millrace.payment.PaymentEvent;
import io.millrace.payment.Payments;
import io.millrace.postgres.Postgres;
import io.millrace.pricing.Pricing;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class OrderingModule {
    private static final Duration CODES_SWEPT_EVERY = Duration.ofMinutes(5);
    /// Orders from before they were sealed; afterwards a look at an empty index.
    private static final Duration UNSEALED_SOUGHT_EVERY = Duration.ofSeconds(10);
    private static final int SEALED_AT_ONCE = 500;
    private static final Duration UNEXPECTED_COUNTED_EVERY = Duration.ofSeconds(30);

    @Bean Persons persons(Vault vault) {
        return new Persons(vault);
    }

    @Bean Orders orders(Postgres postgres, Persons persons, Jobs jobs) {
        Orders orders = new Orders(postgres, persons);
        jobs.every("ordering.seal", UNSEALED_SOUGHT_EVERY, () -> orders.unsealed(SEALED_AT_ONCE)
            .concatMap(orders::seal).then());
        return orders;
    }

    @Bean OrderRecords orderRecords(Orders orders, InstantSource clock) {
        return new OrderRecords(orders, clock);
    }

    @Bean Ordering ordering(Orders orders) {
        return new Ordering(orders);
    }

    @Bean Tally orderTally(MeterRegistry meters, Jobs jobs, Orders orders) {
        Tally tally = new Tally(meters);
        jobs.every("ordering.unexpected", UNEXPECTED_COUNTED_EVERY, () -> tally.refresh(orders));
        return tally;
    }

    @Bean Moves orderMoves(Orders orders, Inventory inventory, Payments payments, Ledger ledger, Fulfilment fulfilment,
        Messaging messaging, Tally tally, Ids ids, InstantSource clock) {
        return new Moves(orders, new Effects(inventory, payments, ledger, fulfilment, ids), inventory, messaging,
            tally, ids, clock);
    }

    @Bean OrderInbox<PaymentEvent> paymentsOfOrders(Moves moves) {
        return new OrderInbox<>(PaymentEvent.class, moves, Neighbours::payment);
    }

    @Bean OrderInbox<InventoryEvent> stockOfOrders(Moves moves) {
        return new OrderInbox<>(InventoryEvent.class, moves, Neighbours::stock);
    }

    @Bean Checkout checkout(Carts carts, Postgres postgres, Pricing pricing, Inventory inventory, Payments payments,
        Ledger ledger,
        Messaging messaging, Idempotency idempotency, Persons persons, Tally tally, Ids ids, InstantSource clock) {
        return new Checkout(new Baskets(carts, postgres), pricing, inventory, payments, ledger, messaging, idempotency,
            persons, tally, ids, clock);
    }

    @Bean CheckoutRoutes checkoutRoutes(Channels channels, Checkout checkout, Orders orders, Payments payments,
        Customers customers) {
        return new CheckoutRoutes(channels, checkout, orders, payments, customers);
    }

    @Bean RouterFunction<ServerResponse> checkoutApi(Api api, CheckoutRoutes routes) {
        return routes.table(api);
    }

    @Bean RouterFunction<ServerResponse> orderApi(Api api, Channels channels, CheckoutRoutes checkout, Orders orders,
        Moves moves, Payments payments, Idempotency idempotency, Persons persons, Ids ids, InstantSource clock) {
        return new OrderRoutes(channels, checkout, orders, moves, payments, idempotency, persons, ids, clock)
            .table(api);
    }

    @Bean RouterFunction<ServerResponse> orderAdminApi(Api api, Orders orders, Moves moves, Tally tally,
        PhoneRoutes phones, Idempotency idempotency, Persons persons, Audit audit, InstantSource clock) {
        return new OrderAdminRoutes(orders, moves, tally, phones, new Repeats(idempotency), persons, audit, clock)
            .table(api);
    }

    @Bean PhoneCodes phoneCodes(Postgres postgres, Vault vault, Ids ids, InstantSource clock, Jobs jobs) {
        PhoneCodes codes = new PhoneCodes(postgres, vault, ids, clock);
        jobs.every("ordering.phone-codes", CODES_SWEPT_EVERY, codes::sweep);
        return codes;
    }

    @Bean Claims claims(Postgres postgres, Persons persons) {
        return new Claims(postgres, persons);
    }

    @Bean RouterFunction<ServerResponse> claimApi(Api api, Channels channels, PhoneCodes codes, Claims claims,
        Identity identity) {
        return api.table("/orders", new ClaimRoutes(channels, codes, claims, identity)::table);
    }

    @Bean PhoneRoutes phoneRoutes(Channels channels, Orders orders, PhoneCodes codes, Environment settings) {
        return new PhoneRoutes(channels, orders, codes,
            settings.getProperty("millrace.ordering.show-codes", Boolean.class, false));
    }

    @Bean RouterFunction<ServerResponse> phoneApi(Api api, PhoneRoutes routes) {
        return api.table("/orders", routes::table);
    }
}
