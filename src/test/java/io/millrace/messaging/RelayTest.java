package io.millrace.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reactor.core.publisher.Flux;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayTest {
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final int COUNTERS = 12;
    private static final int TICKS = 40 * Integer.getInteger("scale", 1);
    private Shop shop;

    @BeforeAll void open() {
        shop = Rig.shop();
    }

    @AfterAll void close() {
        shop.close();
    }

    @Test void what_is_told_is_heard_by_its_consumer_and_by_every_node() {
        Rig.tick(shop, "first", "hello").block(LONG);
        Eventually.holds("heard", () -> shop.database()
            .number("select count(*) from rig.heard where aggregate = 'first'") == 1);
        Eventually.holds("heard everywhere", () -> shop.bean(Rig.Ears.class).everywhere.stream()
            .anyMatch(fact -> fact.aggregate().equals("first")));
        Eventually.holds("the outbox is empty", () -> shop.database()
            .number("select count(*) from messaging.outbox") == 0);
    }

    @Test void two_nodes_and_many_writers_lose_double_and_reorder_nothing_even_when_the_leader_leaves() {
        try (Shop second = shop.secondNode()) {
            Flux.range(0, COUNTERS).flatMap(c -> Flux.range(0, TICKS)
                .concatMap(i -> Rig.tick(i % 2 == 0 ? shop : second, "c" + c, "n" + i)), COUNTERS).blockLast(LONG);
            assertThat(shop.bean(Relay.class).leads()).isNotEqualTo(second.bean(Relay.class).leads());
        }
        Flux.range(0, COUNTERS).flatMap(c -> Flux.range(0, TICKS)
            .concatMap(i -> Rig.tick(shop, "c" + c, "m" + i)), COUNTERS).blockLast(LONG);
        Eventually.holds("all heard", LONG, () -> Rig.wrongs(shop.database()).isEmpty());
        assertThat(shop.database().number("select count(*) from rig.heard"))
            .isGreaterThanOrEqualTo(2L * COUNTERS * TICKS);
    }
}
