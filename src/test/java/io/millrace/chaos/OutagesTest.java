package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.millrace.catalog.Product;
import io.millrace.embedded.Part;
import io.millrace.testing.Again;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.CuttableProxy;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.Infrastructure;
import io.millrace.testing.Oracle;
import io.millrace.testing.Shop;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;

/// R5, R6: Kafka and Redis are away from the start and then go again in every manner, under two nodes that are never
/// restarted. Sales do not notice; streams and shared pages catch up. `-Doutage.seconds=60` keeps Kafka away longer.
///
/// Guards: `http.Redis` (no event loop waits for a connection), `SharedPages`' generations, silence and debts, the
/// outbox.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutagesTest {
    private static final int SCALE = Integer.getInteger("scale", 1);
    private static final Duration AWAY_FOR = Duration.ofSeconds(Integer.getInteger("outage.seconds", 3));
    private static final Duration LONG = Duration.ofSeconds(60);
    /// Nothing hangs: far above the timeouts of a page (25 ms of Redis) and of an order, below a client's patience.
    private static final long ANSWER_MS_MAX = 10_000;
    private static final Infrastructure OWN = Infrastructure.own();
    private static final CuttableProxy REDIS = CuttableProxy.to("127.0.0.1", redis().getPort());
    private static final Shop SHOP = opened();
    private static final Shop OTHER = SHOP.secondNode();
    private static boolean away = true;

    private final Trade trade = new Trade(SHOP);
    private final Supplier<Client> node = SHOP::client;

    private static URI redis() {
        return URI.create(String.valueOf(OWN.settings().get("spring.data.redis.url")));
    }

    /// Neither Redis nor Kafka is there when the shop opens; Redis is not even silent.
    private static Shop opened() {
        OWN.crash(Part.REDIS);
        OWN.crash(Part.KAFKA);
        return Shop.with(OWN, "millrace.sandbox.webhook-urls", Trade.NOBODY, "spring.data.redis.url",
            "redis://127.0.0.1:" + REDIS.port());
    }

    @AfterAll static void leave() {
        OTHER.close();
        SHOP.close();
        REDIS.close();
        OWN.close();
    }

    /// The first time they are away already.
    private static void gone() {
        if (away) return;
        away = true;
        OWN.crash(Part.REDIS);
        OWN.crash(Part.KAFKA);
    }

    /// Whichever test comes first finds both away.
    private static void returned() {
        if (!away) return;
        away = false;
        OWN.restart(Part.KAFKA);
        OWN.restart(Part.REDIS);
    }

    @AfterEach void the_oracle_holds() {
        Oracle.of(trade.database).holds();
    }

    @Again
    @Order(1) void they_open_and_sell_without_redis_and_kafka_and_catch_up() {
        gone();
        Product boots = trade.product("Boots " + UUID.randomUUID(), "120.00 USD", 1_000);
        assertThat(node.get().get("/actuator/health/readiness").status()).isEqualTo(200);
        shows(SHOP, boots, "120.00");
        trade.reprice(boots, "110.00 USD");
        shows(SHOP, boots, "110.00");
        List<Trade.Placed> placed = new ArrayList<>();
        for (int i = 0; i < 5 * SCALE; i++) placed.add(bought(boots));
        assertThat(trade.refusals).isEmpty();
        assertThat(waiting()).isPositive();
        Trade.Placed one = placed.getFirst();
        try (EventReader events = trade.holding(OTHER::client, one).events("orders/" + one.id() + "/events")) {
            // the story so far comes from the table, whatever Kafka does
            Eventually.holds("the stream tells what is committed", () -> events.names().contains("order_paid")
                || events.names().size() >= 3);
            returned();
            long began = System.nanoTime();
            drained();
            System.out.printf("| Redis and Kafka away from the start | %d paid orders | outbox drained in %d ms |%n",
                placed.size(), Weather.ms(began));
            trade.insist("it is cancelled", () -> trade.holding(node, one).put("orders/" + one.id() + "/cancel", null),
                got -> got.status() == 200);
            trade.awaits(node, one, "refunded");
            hears(events, one);
        }
    }

    @Again
    @Order(2) void kafka_may_go_for_a_while_and_streams_of_every_node_catch_up_when_it_is_back() {
        returned();
        Product boots = trade.product("Boots " + UUID.randomUUID(), "120.00 USD", 100_000);
        Trade.Placed watched = trade.place(node, "stripe", boots.variants().getFirst().id());
        int orders = 0;
        try (EventReader here = trade.holding(node, watched).events("orders/" + watched.id() + "/events");
            EventReader there = trade.holding(OTHER::client, watched).events("orders/" + watched.id() + "/events")) {
            Eventually.holds("the streams run", () -> !here.names().isEmpty() && !there.names().isEmpty());
            OWN.crash(Part.KAFKA);
            long gone = System.nanoTime();
            trade.deliver(node, trade.confirm(node, watched));
            trade.awaits(node, watched, "paid");
            do {
                bought(boots);
                orders++;
            } while (Weather.ms(gone) < AWAY_FOR.toMillis());
            long facts = waiting();
            assertThat(facts).isPositive();
            OWN.restart(Part.KAFKA);
            long began = System.nanoTime();
            drained();
            long drained = Weather.ms(began);
            hears(here, watched);
            hears(there, watched);
            System.out.printf("| Kafka away for %d s | %d orders | %d facts drained in %d ms, told in %d ms |%n",
                AWAY_FOR.toSeconds(), orders, facts, drained, Weather.ms(began));
        }
        assertThat(trade.refusals).as("no sale noticed").isEmpty();
    }

    private enum Trouble { NONE, FLUSHED, CUT, SILENT, BROKEN, CRASHED }

    @Again
    @Order(3) void redis_may_be_flushed_cut_silent_or_gone_and_everything_is_answered_correctly_and_soon() {
        returned();
        Product boots = trade.product("Boots " + UUID.randomUUID(), "100.00 USD", 1_000_000);
        UUID variant = boots.variants().getFirst().id();
        Queue<Answer> wrong = new ConcurrentLinkedQueue<>();
        Queue<Long> took = new ConcurrentLinkedQueue<>();
        try (Weather weather = new Weather()) {
            for (Shop shop : List.of(SHOP, OTHER))
                for (String path : List.of("products?per_page=100", "products/" + boots.id(),
                    "products/search?q=boots", "categories"))
                    weather.goesOn(() -> {
                        long began = System.nanoTime();
                        Answer answer = shop.client().channel(Trade.CHANNEL).get(path);
                        took.add(Weather.ms(began));
                        if (answer.status() != 200) wrong.add(answer);
                        LockSupport.parkNanos(1_000_000);
                    });
            weather.goesOn(() -> trade.place(node, "cod", variant));
            int price = 101;
            for (int round = 0; round < SCALE; round++)
                for (Trouble trouble : Trouble.values()) {
                    took.clear();
                    trade.tookMs.clear();
                    befall(trouble);
                    for (int i = 0; i < 3; i++) {
                        String now = price++ + ".00";
                        trade.reprice(boots, now + " USD");
                        // his own node at once, the other as soon as it heard
                        shows(SHOP, boots, now);
                        Eventually.holds("the other node shows " + now + " (" + trouble + ")",
                            () -> now.equals(shown(OTHER, boots)));
                        weather.finished(60);
                    }
                    end(trouble);
                    System.out.printf("| Redis: %s | %d pages, %s | orders %s |%n", trouble, took.size(),
                        Weather.spread(took), Weather.spread(trade.tookMs));
                    assertThat(LongStream.concat(longs(took), longs(trade.tookMs)).max().orElse(0))
                        .as("nothing hangs: " + trouble).isLessThan(ANSWER_MS_MAX);
                }
        }
        assertThat(wrong).isEmpty();
        assertThat(trade.refusals).isEmpty();
        Eventually.holds("nothing is missed any more", LONG,
            () -> node.get().get("/actuator/health/degraded").status() == 200);
    }

    private static LongStream longs(Queue<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue);
    }

    private static void befall(Trouble trouble) {
        switch (trouble) {
            case NONE -> {}
            case FLUSHED -> flush();
            case CUT -> REDIS.cut();
            case SILENT -> REDIS.stall();
            case BROKEN -> REDIS.breakAll();
            case CRASHED -> OWN.crash(Part.REDIS);
        }
    }

    private static void end(Trouble trouble) {
        REDIS.restore();
        if (trouble == Trouble.CRASHED) OWN.restart(Part.REDIS);
    }

    private static void flush() {
        try (RedisClient client = RedisClient.create(RedisURI.create(redis())); var redis = client.connect()) {
            redis.sync().flushall();
        }
    }

    private static void shows(Shop shop, Product product, String price) {
        assertThat(shown(shop, product)).as("what %s shows", shop.url()).isEqualTo(price);
    }

    private static String shown(Shop shop, Product product) {
        return shop.client().channel(Trade.CHANNEL).get("products/" + product.id()).expect(200).data().path("variants")
            .path(0).path("price").path("amount").asString();
    }

    private Trade.Placed bought(Product product) {
        Trade.Placed placed = trade.place(node, "stripe", product.variants().getFirst().id());
        trade.deliver(node, trade.confirm(node, placed));
        trade.awaits(node, placed, "paid");
        return placed;
    }

    private long waiting() {
        return trade.database.number("select count(*) from messaging.outbox");
    }

    private void drained() {
        Eventually.holds("the outbox is drained", LONG, () -> waiting() == 0);
    }

    /// I11: the committed sequence, each exactly once.
    private void hears(EventReader events, Trade.Placed placed) {
        List<Long> all = trade.database.rows("select version from messaging.facts where module = 'ordering' and "
            + "aggregate = ? order by version", "order:" + placed.id()).stream()
            .map(row -> ((Number) java.util.Objects.requireNonNull(row.get("version"))).longValue()).toList();
        assertThat(all).isNotEmpty();
        Eventually.holds("the stream tells all of " + all + ": " + events.events(), LONG,
            () -> events.events().size() >= all.size());
        assertThat(events.events().stream().map(event -> Long.parseLong(event.id())).toList()).isEqualTo(all);
    }
}
