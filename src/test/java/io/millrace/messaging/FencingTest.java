package io.millrace.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.millrace.tracing.Spans;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Two leaders at once: the lease makes it rare, the broker makes it harmless.
class FencingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final Shop shop = Rig.shared();

    private static List<Pending> batch(String aggregate) {
        return List.of(new Pending(1, UUID.randomUUID(), "fencing", "fencing.Thing", aggregate, 1, "", "",
            "{}".getBytes(StandardCharsets.UTF_8)));
    }

    @Test void a_leader_that_was_replaced_cannot_publish_any_more() {
        // Guard: one transactional id for all leaders. With an id per node the old one's batch would get through.
        var settings = new MessagingSettings("fencing-" + UUID.randomUUID() + ".", 1, (short) 1, Duration.ofSeconds(5));
        try (Kafka kafka = new Kafka(settings, shop.bean(KafkaSettings.class))) {
            Postman first = new Postman(kafka, Spans.OFF);
            Postman second = new Postman(kafka, Spans.OFF);
            first.open().then(first.publish(batch("a"))).block(LONG);
            second.open().block(LONG);
            assertThatThrownBy(() -> first.publish(batch("b")).block(LONG))
                .satisfies(refused -> assertThat(refused + " " + refused.getCause())
                    .containsAnyOf("ProducerFenced", "InvalidProducerEpoch"));
            second.publish(batch("c")).block(LONG);
            first.close().then(second.close()).block(LONG);
        }
    }

    @Test void a_leader_that_lost_its_lease_stops_and_nothing_is_lost() {
        Relay relay = shop.bean(Relay.class);
        Eventually.holds("leads", relay::leads);
        shop.database().execute("update jobs.leases set holder = 'ghost', fence = fence + 1, resting = false, "
            + "until = clock_timestamp() + interval '3 seconds' where name = 'relay'");
        Eventually.holds("steps down", () -> !relay.leads());
        Rig.tick(shop, "fence:a", "while nobody leads").block(LONG);
        assertThat(shop.database().number("select count(*) from messaging.outbox")).isPositive();
        Eventually.holds("leads again", relay::leads);
        Eventually.holds("heard", () -> Rig.heard(shop, "fence:a") == 1);
    }
}
