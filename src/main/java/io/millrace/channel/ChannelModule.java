package io.millrace.channel;

import io.millrace.http.Ids;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ChannelModule {
    @Bean Channels channels(Postgres postgres, Messaging messaging, Ids ids, InstantSource clock) {
        return new Channels(new Terms(postgres, messaging, ids, clock));
    }

    @Bean ChannelsKnown channelsKnown(Channels channels) {
        return new ChannelsKnown(channels);
    }

    @Bean Subscription<ChannelEvent> channelsEverywhere(Channels channels) {
        return Subscription.everyNode("channels", ChannelEvent.class, facts -> channels.reload().then());
    }
}
