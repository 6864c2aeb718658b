package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// P7 at small scale: a shop with ten places, of which lookers may take five and buyers eight (API4:2023).
class AdmissionTest {
    private static final int PLACES = 10;
    private static Shop shop;

    @BeforeAll static void start() {
        shop = Shop.with("millrace.http.concurrency", Integer.toString(PLACES));
        shop.database().execute("create table if not exists public.probe_effects (name text)");
    }

    @AfterAll static void stop() {
        shop.close();
    }

    /// So many buyers whose work waits at a gate.
    private static List<CompletableFuture<Answer>> waiting(String gate, int buyers) {
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < buyers; i++)
            all.add(CompletableFuture.supplyAsync(() -> shop.client().post("/api/v1/probe/effects",
                "{\"name\":\"%s\",\"gate\":\"%s\"}".formatted(gate, gate)), executor));
        return all;
    }

    private static void working(int wanted) {
        Eventually.holds(wanted + " are at work", () -> Double.valueOf(wanted)
            .equals(shop.bean(io.micrometer.core.instrument.MeterRegistry.class)
                .get("millrace.requests.working").gauge().value()));
    }

    /// Guard: places are taken one by one, by rank.
    @Test void lookers_are_refused_first_then_buyers_and_webhooks_and_probes_last() {
        String gate = UUID.randomUUID().toString();
        Client client = shop.client();
        var looking = waiting(gate, 5);
        working(5);
        Answer refused = client.checked().get("/api/v1/products").expect(503);
        assertThat(refused.code()).isEqualTo("busy");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        var buying = waiting(gate, 3);
        working(8);
        assertThat(client.post("/api/v1/probe/echo", "{}").expect(503).code()).isEqualTo("busy");
        client.post("/api/v1/webhooks/stripe", "{}").expect(401);
        client.get("/health").expect(200);
        client.get("/actuator/health/readiness").expect(200);
        ProbeRoutes.gate(gate).tryEmitValue("go");
        looking.forEach(one -> one.join().expect(201));
        buying.forEach(one -> one.join().expect(201));
        working(0);
        client.get("/api/v1/products").expect(200);
        client.post("/api/v1/probe/echo", "{}").expect(200);
    }

    /// Guard: reads on a buyer's way take places as buyers, not as lookers.
    @Test void who_looks_at_his_cart_his_checkout_and_his_orders_is_a_buyer() {
        Client buyer = new People(shop).customer();
        String gate = UUID.randomUUID().toString();
        var looking = waiting(gate, 5);
        working(5);
        buyer.get("products/search?q=rope").expect(503);
        for (String path : List.of("cart", "checkout/shipping-methods", "checkout/payment-methods", "orders",
            "payments")) buyer.get(path).expect(200);
        for (String path : List.of("cart/quote", "orders/" + UUID.randomUUID(), "orders/" + UUID.randomUUID()
            + "/track", "payments/" + UUID.randomUUID(), "orders/search?phone=%2B12025550123&code=000000"))
            assertThat(buyer.get(path).status()).as(path).isNotEqualTo(503);
        ProbeRoutes.gate(gate).tryEmitValue("go");
        looking.forEach(one -> one.join().expect(201));
        working(0);
    }

    /// Guard: a refusal is decided before a connection of the database is asked for.
    @Test void a_refusal_comes_at_once_and_touches_no_database() {
        String gate = UUID.randomUUID().toString();
        var buying = waiting(gate, 8);
        working(8);
        for (int i = 0; i < 200; i++) shop.client().get("/api/v1/products/search?q=warm").expect(503);
        String count = "select coalesce(sum(xact_commit + xact_rollback), 0) from pg_stat_database "
            + "where datname = current_database()";
        long before = shop.database().number(count);
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            long start = System.nanoTime();
            shop.client().get("/api/v1/products/search?q=" + i).expect(503);
            nanos.add(System.nanoTime() - start);
        }
        assertThat(shop.database().number(count) - before).isLessThan(50);
        nanos.sort(null);
        assertThat(Duration.ofNanos(nanos.get(nanos.size() / 2))).isLessThan(Duration.ofMillis(50));
        ProbeRoutes.gate(gate).tryEmitValue("go");
        buying.forEach(one -> one.join().expect(201));
    }

    /// Guard: a place is taken when the body has arrived, not while it is on its way.
    @Test void who_sends_slowly_holds_no_place() throws Exception {
        List<Raw> slow = new ArrayList<>();
        for (int i = 0; i < 3 * PLACES; i++)
            slow.add(new Raw(shop.port()).send("POST /api/v1/probe/echo HTTP/1.1\r\nHost: a\r\n"
                + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"));
        working(0);
        shop.client().post("/api/v1/probe/echo", "{}").expect(200);
        for (Raw raw : slow) raw.close();
    }

    /// Guard: a place comes back when the work has ended, also for a client who has left and for work that failed.
    @Test void places_come_back_from_those_who_left_and_those_who_failed() throws Exception {
        for (int i = 0; i <= PLACES; i++) shop.client().get("/api/v1/probe/broken").expect(500);
        String gate = UUID.randomUUID().toString();
        String body = "{\"name\":\"gone\",\"gate\":\"" + gate + "\"}";
        for (int i = 0; i < 4; i++)
            try (Raw raw = new Raw(shop.port())) {
                raw.send("POST /api/v1/probe/effects HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length() + "\r\n\r\n" + body);
                working(i + 1);
            }
        ProbeRoutes.gate(gate).tryEmitValue("go");
        working(0);
    }
}
