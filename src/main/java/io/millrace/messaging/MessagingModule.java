package io.millrace.messaging;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.jobs.Jobs;
import io.millrace.jobs.Leases;
import io.millrace.postgres.Postgres;
import io.millrace.tracing.Spans;
import io.r2dbc.spi.ConnectionFactory;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({MessagingSettings.class, KafkaSettings.class})
class MessagingModule {
    @Bean Messaging messaging(Postgres postgres, ObjectProvider<InTransaction<?>> inboxes, Waker waker,
        ObjectProvider<Committed> listeners) {
        return new Messaging(postgres, inboxes, waker, listeners);
    }

    @Bean Kafka kafka(MessagingSettings settings, KafkaSettings connection) {
        return new Kafka(settings, connection);
    }

    @Bean Outbox outbox(Postgres postgres) {
        return new Outbox(postgres);
    }

    @Bean Relay relay(Outbox outbox, Kafka kafka, Leases leases, Postgres postgres, ConnectionFactory connections,
        MessagingSettings settings, Spans spans, MeterRegistry meters) {
        return new Relay(outbox, new Postman(kafka, spans), leases, postgres, connections, settings, meters);
    }

    @Bean KafkaHealth kafkaHealthIndicator(Kafka kafka, Outbox outbox, InstantSource clock) {
        return new KafkaHealth(kafka, outbox, clock);
    }

    @Bean DeadLetters deadLetters(Postgres postgres, InstantSource clock) {
        return new DeadLetters(postgres, clock);
    }

    @Bean EventLog eventLog(Postgres postgres) {
        return new EventLog(postgres);
    }

    @Bean Inbox inbox(Postgres postgres) {
        return new Inbox(postgres);
    }

    @Bean Subscriptions subscriptions(ObjectProvider<Subscription<?>> wishes, Kafka kafka, Postgres postgres,
        Inbox inbox, DeadLetters letters, Spans spans, MeterRegistry meters) {
        return new Subscriptions(wishes, kafka, postgres, inbox, letters, spans, meters);
    }

    @Bean Chores messagingChores(Jobs jobs, Inbox inbox, Subscriptions subscriptions, Outbox outbox,
        DeadLetters letters, InstantSource clock, MeterRegistry meters) {
        return new Chores(jobs, inbox, subscriptions, outbox, letters, clock, meters);
    }
}
