package io.millrace.messaging;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Not an assertion: prints how long a fact takes from its commit to the ears of every node, told on the node that
/// leads the relay and on another one (which has to knock), and how long a node takes to leave.
class LatencyTable {
    private static final int ROUNDS = 100;

    @Test void latency() {
        Shop shop = Rig.shop();
        Shop second = shop.secondNode();
        Eventually.holds("somebody leads", () -> shop.bean(Relay.class).leads());
        measure(shop, second, "warm");
        measure(shop, second, "warm2");
        System.out.printf("| told on | median ms | p95 ms |%n|---|---|---|%n");
        print("the leader", measure(shop, second, "lead"));
        print("another node", measure(second, shop, "knock"));
        print("leaving", List.of(leaves(second), leaves(shop)));
    }

    private static long leaves(Shop shop) {
        long start = System.nanoTime();
        shop.close();
        return (System.nanoTime() - start) / 1_000;
    }

    private static List<Long> measure(Shop teller, Shop hearer, String name) {
        List<Long> micros = new ArrayList<>();
        for (int i = 1; i <= ROUNDS; i++) {
            long version = i;
            Rig.tick(teller, name, "").block(Duration.ofSeconds(10));
            long start = System.nanoTime();
            List<RigEvent> heard = hearer.bean(Rig.Ears.class).everywhere;
            while (heard.stream().noneMatch(fact -> fact.aggregate().equals(name) && fact.version() == version))
                Thread.onSpinWait();
            micros.add((System.nanoTime() - start) / 1_000);
        }
        return micros;
    }

    private static void print(String what, List<Long> micros) {
        List<Long> sorted = new ArrayList<>(micros);
        Collections.sort(sorted);
        System.out.printf("| %s | %.1f | %.1f |%n", what, sorted.get(sorted.size() / 2) / 1000.0,
            sorted.get((int) (sorted.size() * 0.95)) / 1000.0);
    }
}
