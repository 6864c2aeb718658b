package io.millrace.messaging;

import io.millrace.testing.Shop;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Not an assertion: prints how fast the relay drains a backlog and the consumers take it in.
/// Run it with `mvn test -Dtest=DrainTable -Dscale=10`.
class DrainTable {
    private static final int FACTS = 20_000 * Integer.getInteger("scale", 1);
    private static final Duration LONG = Duration.ofMinutes(5);

    @Test void drain() {
        try (Shop shop = Rig.shop()) {
            warm(shop, "warm", 5_000);
            long[] took = warm(shop, "drain", FACTS);
            System.out.printf("| what | facts | seconds | per second |%n|---|---|---|---|%n");
            row("relay: outbox to acknowledged", took[0]);
            row("consumer: from there to the last effect", took[1]);
        }
    }

    private static void row(String what, long ms) {
        System.out.printf("| %s | %d | %.1f | %d |%n", what, FACTS, ms / 1000.0, FACTS * 1000L / Math.max(1, ms));
    }

    private static long[] warm(Shop shop, String name, int facts) {
        Relay relay = shop.bean(Relay.class);
        relay.stop();
        io.millrace.testing.Eventually.holds("stopped", () -> shop.database().number("select count(*) from jobs.leases "
            + "where name = 'relay' and until > clock_timestamp()") == 0);
        shop.database().execute("""
            with told as (
                insert into messaging.facts (id, module, type, aggregate, version, at, payload)
                select gen_random_uuid(), 'messaging', 'messaging.Ticked', ? || n % 200, n / 200 + 1, now(), '{}'
                  from generate_series(0, ?) n returning position, id, aggregate, version)
            insert into messaging.outbox select position from told
            """, name, facts - 1);
        shop.database().execute("""
            update messaging.facts set payload = jsonb_build_object('id', id, 'aggregate', aggregate, 'version',
                version, 'at', '2026-01-01T00:00:00Z', 'note', repeat('x', 300)) where payload = '{}'
            """);
        long start = System.nanoTime();
        relay.start();
        io.millrace.testing.Eventually.holds("drained", LONG, () -> shop.database()
            .number("select count(*) from messaging.outbox") == 0);
        long drained = System.nanoTime();
        io.millrace.testing.Eventually.holds("heard", LONG, () -> shop.database()
            .number("select count(*) from rig.heard where aggregate like ?", name + "%") == facts);
        return new long[]{(drained - start) / 1_000_000, (System.nanoTime() - drained) / 1_000_000};
    }
}
