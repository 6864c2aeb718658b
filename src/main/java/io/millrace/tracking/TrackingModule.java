package io.millrace.tracking;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.fulfilment.Fulfilment;
import io.millrace.http.Api;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.ordering.Ordering;
import io.millrace.ordering.OrderingEvent;
import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
class TrackingModule {
    /// Streams of one order on one node, and of one person or address.
    private static final int PER_ORDER = 10_000;
    private static final int PER_READER = 100;
    private static final Duration TICKETS_SWEPT_EVERY = Duration.ofMinutes(1);

    @Bean(destroyMethod = "close") Window window(Messaging messaging, MeterRegistry meters, Environment settings) {
        return new Window(messaging, meters,
            settings.getProperty("millrace.tracking.streams-per-order", Integer.class, PER_ORDER),
            settings.getProperty("millrace.tracking.streams-per-reader", Integer.class, PER_READER));
    }

    @Bean Tickets streamTickets(Postgres postgres, InstantSource clock, Jobs jobs) {
        Tickets tickets = new Tickets(postgres, clock);
        jobs.every("tracking.tickets", TICKETS_SWEPT_EVERY, tickets::sweep);
        return tickets;
    }

    @Bean Subscription<OrderingEvent> ordersLive(Window window) {
        return Subscription.everyNode("tracking", OrderingEvent.class, window::hear);
    }

    @Bean RouterFunction<ServerResponse> trackingApi(Api api, Ordering ordering, Fulfilment fulfilment, Window window,
        Tickets tickets) {
        return new TrackingRoutes(ordering, fulfilment, window, tickets).table(api);
    }
}
