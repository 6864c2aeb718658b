package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.millrace.jobs.ShopClock;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.CuttableProxy;
import io.millrace.testing.Eventually;
import io.millrace.testing.Infrastructure;
import io.millrace.testing.Shop;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Attack 30: rate limits cannot be walked around (API4:2023, ASVS 2.4.1, 11.1.4). Two nodes that share one Redis, the
/// first behind a trusted proxy (the test), the second open to everybody.
class RateLimitTest {
    private static final int MOST = 6;
    private static final String PROBE = "/api/v1/probe";
    private static final AtomicInteger NUMBERS = new AtomicInteger(ThreadLocalRandom.current().nextInt(1 << 20));
    private static CuttableProxy redis;
    private static Shop shop;
    private static Shop open;

    @BeforeAll static void start() {
        URI real = URI.create(Infrastructure.shared().settings().getOrDefault("spring.data.redis.url", ""));
        forgetWhatOthersCounted(real);
        redis = CuttableProxy.to(real.getHost(), real.getPort());
        shop = Shop.with("millrace.limits.default", MOST + "/1m", "millrace.limits.orders", "2/15m",
            "millrace.http.trusted-proxies", "127.0.0.0/8, ::1, 10.0.0.0/8",
            "spring.data.redis.url", "redis://localhost:" + redis.port());
        open = shop.secondNode("millrace.http.trusted-proxies", "");
    }

    @AfterAll static void stop() {
        open.close();
        shop.close();
        redis.close();
    }

    /// An address of Redis without a database means the first one, and other tests' shops of 127.0.0.1 have been there
    /// with clocks of their own.
    private static void forgetWhatOthersCounted(URI real) {
        RedisClient client = RedisClient.create(RedisURI.create(real.getHost(), real.getPort()));
        try (var connection = client.connect()) {
            connection.sync().flushdb();
        } finally {
            client.shutdown();
        }
    }

    /// An address that nobody has used before.
    private static String fresh() {
        int number = NUMBERS.incrementAndGet();
        return "198." + (number >> 16 & 0xff) + "." + (number >> 8 & 0xff) + "." + (number & 0xff);
    }

    private static Client from(Shop node, String address) {
        return node.client().with("X-Forwarded-For", address);
    }

    private static void spend(Client client, int times) {
        for (int i = 0; i < times; i++) client.get(PROBE).expect(200);
    }

    @Test void every_answer_tells_what_remains_and_the_refusal_when_to_come_back() {
        Client client = from(shop, fresh());
        for (int left = MOST - 1; left >= 0; left--) {
            Answer answer = client.get(PROBE).expect(200);
            for (String prefix : List.of("RateLimit-", "X-RateLimit-")) {
                assertThat(answer.header(prefix + "Limit")).isEqualTo("6");
                assertThat(answer.header(prefix + "Remaining")).isEqualTo(Integer.toString(left));
                assertThat(Integer.parseInt(String.valueOf(answer.header(prefix + "Reset")))).isBetween(50, 60);
            }
        }
        Answer refused = client.get(PROBE).expect(429);
        assertThat(refused.code()).isEqualTo("too_many_requests");
        int again = refused.json().path("retry_after").asInt();
        assertThat(again).isBetween(50, 60);
        assertThat(refused.header("Retry-After")).isEqualTo(Integer.toString(again));
        assertThat(refused.header("RateLimit-Remaining")).isEqualTo("0");
        assertThat(refused.header("X-Content-Type-Options")).isEqualTo("nosniff");
        client.with("Accept", "application/problem+json").checked().get("/api/v1/products").expect(429);
        client.checked().get("/api/v1/products").expect(429);
    }

    @Test void a_window_later_it_is_as_if_nothing_had_been() {
        Client client = from(shop, fresh());
        spend(client, MOST);
        client.get(PROBE).expect(429);
        aWindowPasses();
        spend(client, MOST);
        client.get(PROBE).expect(429);
    }

    private static void aWindowPasses() {
        shop.bean(ShopClock.class).jump(Duration.ofSeconds(61));
        open.bean(ShopClock.class).jump(Duration.ofSeconds(61));
    }

    /// Guard: the script in Redis, which looks and adds at once.
    @Test void two_nodes_together_grant_what_one_would_however_many_ask_at_once() {
        Limits first = shop.bean(Limits.class);
        Limits second = open.bean(Limits.class);
        // on a machine that has much to do Redis may answer too late, and then each node counts for itself
        Eventually.passes(() -> {
            String key = "test:" + fresh();
            var allowed = new ConcurrentLinkedQueue<Boolean>();
            IntStream.range(0, 40).parallel().forEach(i -> {
                Verdict verdict = (i % 2 == 0 ? first : second).take(Limits.DEFAULT, key).block(Duration.ofSeconds(5));
                if (verdict != null && verdict.allowed()) allowed.add(true);
            });
            assertThat(allowed).hasSize(MOST);
        });
    }

    /// Guard: headers are read only when the connection comes from a trusted proxy.
    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP",
        "CF-Connecting-IP"}) void a_header_that_anybody_can_send_makes_no_new_client(String header) {
        aWindowPasses();
        String before = header.equals("Forwarded") ? "for=" : "";
        for (int i = 0; i < MOST; i++) open.client().with(header, before + fresh()).get(PROBE).expect(200);
        open.client().with(header, before + fresh()).get(PROBE).expect(429);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "X-Real-IP",
        "Forwarded"}) void behind_a_trusted_proxy_every_client_counts_for_himself(String header) {
        String first = fresh();
        String second = fresh();
        boolean isRfc = header.equals("Forwarded");
        Client one = shop.client().with(header, isRfc ? "for=\"" + first + ":4711\";proto=https" : first);
        Client other = shop.client().with(header, isRfc ? "for=" + second : second);
        spend(one, MOST);
        one.get(PROBE).expect(429);
        spend(other, 1);
    }

    /// Guard: a list is read from its end.
    @Test void what_a_client_writes_before_the_proxys_word_changes_nothing() {
        String client = fresh();
        for (int i = 0; i < MOST; i++) from(shop, fresh() + ", " + client + ", 10.1.2.3").get(PROBE).expect(200);
        from(shop, fresh() + ", " + client).get(PROBE).expect(429);
        from(shop, "nonsense, " + client).get(PROBE).expect(429);
    }

    /// Guard: headers that tell different clients make none; all who try share the proxy's count.
    @Test void a_second_header_that_the_proxy_passed_through_unread_makes_no_new_client() {
        String client = fresh();
        int granted = 0;
        for (int i = 0; i < 3 * MOST; i++)
            if (from(shop, client).with("X-Real-IP", fresh()).get(PROBE).status() == 200) granted++;
        assertThat(granted).isLessThanOrEqualTo(MOST);
    }

    /// Guard: an IPv6 client is his /64.
    @Test void addresses_of_one_ipv6_network_are_one_client() {
        String network = "2001:db8:" + Integer.toHexString(NUMBERS.incrementAndGet() & 0xffff) + ":1:";
        for (int i = 0; i < MOST; i++) from(shop, network + i + "::" + i).get(PROBE).expect(200);
        from(shop, network + "ffff::1").get(PROBE).expect(429);
        from(shop, network.replace(":1:", ":2:") + "ffff::1").get(PROBE).expect(200);
        String four = fresh();
        spend(from(shop, "::ffff:" + four), MOST);
        from(shop, four).get(PROBE).expect(429);
    }

    /// Guard: the row names the limit, not the path as it was written.
    @Test void no_spelling_of_a_path_and_no_header_has_a_count_of_its_own() {
        Client client = from(shop, fresh());
        for (String path : List.of("/api/v1/orders", "/api/orders"))
            assertThat(client.post(path, "{}").status()).isIn(400, 422);
        for (String path : List.of("/api/v1/orders", "/api/orders"))
            assertThat(client.with("Idempotency-Key", path).with("User-Agent", path).post(path, "{}").expect(429)
                .header("RateLimit-Limit")).isEqualTo("2");
        client.post("/api/v1/%6frders", "{}").expect(404);
        client.get(PROBE + "?x=" + fresh()).expect(200);
        Client prober = from(shop, fresh());
        for (int i = 0; i < MOST; i++) prober.get("/api/v1/nowhere/" + i).expect(404);
        prober.get("/API/v1/nowhere").expect(404);
        prober.get("/api/v1/nowhere").expect(429);
    }

    /// Guessing at tokens is counted by the address, whatever the tokens.
    @Test void bad_tokens_are_counted_too() {
        Client client = from(shop, fresh());
        for (int i = 0; i < MOST; i++) client.bearer("guess-" + i).get(PROBE).expect(401);
        client.bearer("another").get(PROBE).expect(429);
        client.get(PROBE).expect(429);
    }

    /// R6: limits without Redis are those of the node, at no wait.
    @Test void without_redis_each_node_counts_for_itself_and_nobody_waits() {
        Client client = from(shop, fresh());
        spend(client, 2);
        redis.cut();
        try {
            long start = System.nanoTime();
            spend(client, MOST - 2);
            client.get(PROBE).expect(429);
            Client other = from(shop, fresh());
            spend(other, MOST);
            other.get(PROBE).expect(429);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        } finally {
            redis.restore();
        }
        Eventually.passes(() -> {
            String key = "after:" + fresh();
            Limits first = shop.bean(Limits.class);
            Limits second = open.bean(Limits.class);
            for (int i = 0; i < MOST; i++) first.take(Limits.DEFAULT, key).block(Duration.ofSeconds(5));
            assertThat(second.take(Limits.DEFAULT, key).block(Duration.ofSeconds(5)))
                .matches(verdict -> verdict != null && !verdict.allowed(), "counted together again");
        });
    }
}
