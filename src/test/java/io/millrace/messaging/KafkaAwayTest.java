package io.millrace.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.Part;
import io.millrace.testing.Eventually;
import io.millrace.testing.Infrastructure;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/// R5: the shop opens and sells without a broker; what was told meanwhile goes out when it is back.
class KafkaAwayTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int COUNTERS = 10;
    private static final int TICKS = 20 * Integer.getInteger("scale", 1);

    @Test void away_from_the_start_and_then_for_a_while() {
        try (Infrastructure own = Infrastructure.own()) {
            own.crash(Part.KAFKA);
            try (Shop shop = Shop.with(own, Rig.with())) {
                Rig.tables(shop.database());
                assertThat(shop.client().get("/actuator/health/readiness").status()).isEqualTo(200);
                ticks(shop, "away");
                assertThat(waiting(shop)).isEqualTo(COUNTERS * TICKS);
                own.restart(Part.KAFKA);
                long took = drained(shop);
                System.out.printf("| away from the start | %d facts drained in %d ms |%n", COUNTERS * TICKS, took);
                everyNodeMissedNothing(shop);

                own.crash(Part.KAFKA);
                ticks(shop, "gone");
                assertThat(waiting(shop)).isEqualTo(COUNTERS * TICKS);
                own.restart(Part.KAFKA);
                took = drained(shop);
                System.out.printf("| away for a while | %d facts drained in %d ms |%n", COUNTERS * TICKS, took);
                everyNodeMissedNothing(shop);
            }
        }
    }

    private static void ticks(Shop shop, String name) {
        Flux.range(0, COUNTERS).flatMap(c -> Flux.range(0, TICKS)
            .concatMap(i -> Rig.tick(shop, name + c, "")), COUNTERS).blockLast(LONG);
    }

    private static long drained(Shop shop) {
        long start = System.nanoTime();
        Eventually.holds("drained", LONG, () -> waiting(shop) == 0);
        long took = Duration.ofNanos(System.nanoTime() - start).toMillis();
        Eventually.holds("all heard once and in order", LONG, () -> Rig.wrongs(shop.database()).isEmpty());
        return took;
    }

    private static void everyNodeMissedNothing(Shop shop) {
        long all = shop.database().number("select count(*) from messaging.facts where module = 'messaging'");
        List<RigEvent> heard = shop.bean(Rig.Ears.class).everywhere;
        Eventually.holds("every node heard all", LONG, () -> {
            var ids = new HashSet<>();
            new ArrayList<>(heard).forEach(fact -> ids.add(fact.id()));
            return ids.size() == all;
        });
    }

    private static long waiting(Shop shop) {
        return shop.database().number("""
            select count(*) from messaging.outbox join messaging.facts using (position) where module = 'messaging'
            """);
    }
}
