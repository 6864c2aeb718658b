package io.millrace.messaging;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/// Whether facts travel: the broker answers, and nothing waits for it longer than it should. Sales do not depend on it,
/// so it makes the shop degraded, never unready.
final class KafkaHealth implements ReactiveHealthIndicator {
    /// A fact that waits longer than this has been forgotten by somebody.
    static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final Kafka kafka;
    private final Outbox outbox;
    private final InstantSource clock;

    KafkaHealth(Kafka kafka, Outbox outbox, InstantSource clock) {
        this.kafka = kafka;
        this.outbox = outbox;
        this.clock = clock;
    }

    @Override public Mono<Health> health() {
        return Mono.zip(kafka.brokers(), outbox.lag(), (brokers, lag) -> flows(lag).withDetail("brokers", brokers)
            .withDetail("facts_waiting", lag.facts()).build())
            .onErrorResume(away -> Mono.just(new Health.Builder().down().build()));
    }

    private Health.Builder flows(Outbox.Lag lag) {
        Instant late = clock.instant().minus(WAIT_MAX);
        return lag.oldest().filter(late::isAfter).isPresent() ? new Health.Builder().down() : new Health.Builder().up();
    }
}
