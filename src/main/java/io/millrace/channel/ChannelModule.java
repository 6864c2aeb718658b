package io.millrace.channel;

import io.millrace.http.Hosts;
import io.millrace.http.Ids;
import io.millrace.jobs.AtStart;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

@Configuration(proxyBeanMethods = false)
class ChannelModule {
    @Bean Channels channels(Postgres postgres, Messaging messaging, Ids ids, InstantSource clock,
        Hosts hosts) {
        return new Channels(new Terms(postgres, messaging, ids, clock), hosts);
    }

    /// Channels are asked for by every request and answered from memory, so they are read before the doors open.
    @Bean
    @Order(0) AtStart channelsKnown(Channels channels) {
        return new AtStart("channels", () -> channels.reload().then());
    }

    @Bean Subscription<ChannelEvent> channelsEverywhere(Channels channels) {
        return Subscription.everyNode("channels", ChannelEvent.class, facts -> channels.reload().then());
    }
}
