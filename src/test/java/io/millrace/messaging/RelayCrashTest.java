package io.millrace.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.CrashPoint;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.millrace.testing.ShopProcess;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/// R3 for the relay: its process dies at every named point, and in the middle of a load. I8 holds afterwards.
class RelayCrashTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private final Shop shop = Rig.shared();
    private final Relay relay = shop.bean(Relay.class);

    @Test void killed_before_publishing() {
        diesAt("relay.before_publish");
    }

    @Test void killed_between_publishing_and_deleting() {
        diesAt("relay.after_publish");
    }

    @Test void killed_after_deleting() {
        diesAt("relay.after_delete");
    }

    private void diesAt(String point) {
        try (ShopProcess leader = leader("millrace.crash-at", point)) {
            ticks(point, 3);
            assertThat(leader.awaitExit(LONG)).isEqualTo(CrashPoint.EXIT_CODE);
        }
        takeOver();
    }

    @Test void killed_with_signal_9_under_load() {
        try (ShopProcess leader = leader()) {
            ticks("load1", 10);
            relay.start();
            leader.kill();
            ticks("load2", 10);
        }
        takeOver();
    }

    /// A node in a JVM of its own that leads the relay.
    private ShopProcess leader(String... settings) {
        relay.stop();
        Eventually.holds("the lease is free", () -> shop.database().number(
            "select count(*) from jobs.leases where name = 'relay' and until > clock_timestamp()") == 0);
        long fence = shop.database().number("select max(fence) from jobs.leases where name = 'relay'");
        ShopProcess process = shop.process(settings);
        Eventually.holds("the other node leads", LONG, () -> shop.database().number(
            "select max(fence) from jobs.leases where name = 'relay'") > fence);
        return process;
    }

    private void ticks(String name, int count) {
        Flux.range(0, 6).flatMap(c -> Flux.range(0, count).concatMap(i -> Rig.tick(shop, name + c, "")), 6)
            .blockLast(LONG);
    }

    private void takeOver() {
        if (!relay.isRunning()) relay.start();
        Eventually.holds("all heard once and in order", LONG, () -> Rig.wrongs(shop.database()).isEmpty());
        assertThat(shop.database().number("select count(*) from messaging.dead_letters")).isZero();
        Eventually.holds("nothing waits", LONG,
            () -> shop.database().number("select count(*) from messaging.outbox") == 0);
    }
}
