package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// R11 at a small size (`-Dscale=N` for more keys) and attack 22.
class IdempotencyTest {
    private static final int SCALE = Integer.getInteger("scale", 1);
    private static final Shop SHOP = Shop.shared();
    private static final String PATH = "/api/v1/probe/effects";
    private final Client client = SHOP.client();

    @BeforeAll static void effectsHaveATable() {
        SHOP.database().execute("create table if not exists public.probe_effects (name text not null)");
    }

    private static long effects(String name) {
        return SHOP.database().number("select count(*) from public.probe_effects where name = ?", name);
    }

    private static String fresh() {
        return UUID.randomUUID().toString();
    }

    private Client ann() {
        return new People(SHOP).customer();
    }

    /// Guard: the primary key of http.idempotency, in the transaction of the effect.
    @Test void of_two_hundred_calls_on_two_nodes_each_key_has_one_effect_and_one_reply() throws Exception {
        try (Shop second = SHOP.secondNode(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = new ArrayList<>();
            List<String> keys = new ArrayList<>();
            for (int k = 0; k < 10 * SCALE; k++) {
                String key = fresh();
                keys.add(key);
                for (int i = 0; i < 20; i++) {
                    Client node = i % 2 == 0 ? client : second.client();
                    calls.add(() -> node.idempotencyKey(key).post(PATH, Map.of("name", key)));
                }
            }
            java.util.Collections.shuffle(calls, new java.util.Random(7));
            Map<String, String> replies = new HashMap<>();
            for (Future<Answer> call : threads.invokeAll(calls)) {
                Answer answer = call.resultNow();
                assertThat(answer.status()).as(answer.text()).isIn(201, 409);
                if (answer.status() == 409) assertThat(answer.code()).isEqualTo("idempotency_key_running");
                else {
                    String key = answer.data().path("name").asString();
                    assertThat(replies.computeIfAbsent(key, k -> answer.text())).isEqualTo(answer.text());
                }
            }
            for (String key : keys) {
                assertThat(effects(key)).isOne();
                Answer again = second.client().idempotencyKey(key).post(PATH, Map.of("name", key)).expect(201);
                assertThat(again.text()).isEqualTo(replies.get(key));
                assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
                assertThat(again.header("Location")).isEqualTo("/effects/" + key);
            }
        }
    }

    @Test void a_key_is_bound_to_what_was_asked() {
        String key = fresh();
        client.idempotencyKey(key).post(PATH, Map.of("name", key)).expect(201);
        assertThat(client.idempotencyKey(key).post(PATH, Map.of("name", "other")).expect(422).code())
            .isEqualTo("idempotency_key_reused");
        client.idempotencyKey(key).post("/api/v1/probe/other-effects", Map.of("name", key)).expect(422);
        client.idempotencyKey(key).post(PATH + "?x=1", Map.of("name", key)).expect(422);
        client.idempotencyKey(key).channel("pecos").post(PATH, Map.of("name", key)).expect(422);
        assertThat(client.idempotencyKey("\"" + key + "\"").post(PATH, Map.of("name", key)).expect(201)
            .header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(effects(key)).isOne();
    }

    @Test void nobody_hears_the_answer_to_another_ones_key() {
        String key = fresh();
        Client ann = ann();
        Client ben = ann();
        Answer hers = ann.idempotencyKey(key).post(PATH, Map.of("name", key)).expect(201);
        Answer his = ben.idempotencyKey(key).post(PATH, Map.of("name", key)).expect(201);
        assertThat(his.header("Idempotent-Replayed")).isNull();
        assertThat(his.text()).isNotEqualTo(hers.text());
        Answer guests = client.with("X-Cart-Token", "mine").idempotencyKey(key).post(PATH, Map.of("name", key));
        assertThat(guests.expect(201).header("Idempotent-Replayed")).isNull();
        Answer others = client.with("X-Cart-Token", "yours").idempotencyKey(key).post(PATH, Map.of("name", key));
        assertThat(others.expect(201).header("Idempotent-Replayed")).isNull();
    }

    @Test void a_short_key_of_a_guest_is_his_own_only_with_his_browser() {
        String name = fresh();
        String key = name.substring(0, 8);
        client.with("User-Agent", "one").idempotencyKey(key).post(PATH, Map.of("name", name)).expect(201);
        assertThat(client.with("User-Agent", "one").idempotencyKey(key).post(PATH, Map.of("name", name))
            .header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(client.with("User-Agent", "two").idempotencyKey(key).post(PATH, Map.of("name", name))
            .expect(201).header("Idempotent-Replayed")).isNull();
    }

    /// Guard: whatever may be guessed (a constant, a number) is bound to the guest's address and browser.
    @Test void two_guests_who_use_the_same_long_but_guessable_key_do_not_hear_each_other() {
        String name = fresh();
        String key = "my-shop-checkout-step-" + name.substring(0, 4);
        client.with("User-Agent", "one").idempotencyKey(key).post(PATH, Map.of("name", name)).expect(201);
        assertThat(client.with("User-Agent", "two").idempotencyKey(key).post(PATH, Map.of("name", name))
            .expect(201).header("Idempotent-Replayed")).isNull();
    }

    /// Guard: [io.millrace.messaging.Change#retryStale] does not go on in the ruined transaction of a key; all of it
    /// is run again. Without it these are answered 500 (25P02).
    @Test void writes_with_keys_that_meet_on_one_row_are_all_done() throws Exception {
        Client admin = client.bearer(client.post("/api/v1/auth/login", Map.of("email", "admin@example.com",
            "password", "millrace-admin")).expect(200).data().path("access_token").asString());
        String name = "Shelf " + fresh();
        String shelf = admin.post("/api/v1/categories", Map.of("name", name)).expect(201).data().path("id").asString();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Map<String, Object> change = Map.of("name", name, "position", i);
                calls.add(() -> admin.idempotencyKey(fresh()).put("/api/v1/categories/" + shelf, change));
            }
            for (Future<Answer> call : threads.invokeAll(calls))
                assertThat(call.resultNow().status()).as(
                    call.resultNow().toString()).isIn(200, 409);
            assertThat(threads.invokeAll(calls).stream().map(call -> call.resultNow().status())).contains(200)
                .doesNotContain(500);
        }
    }

    @Test void while_the_first_call_runs_the_second_is_told_so() throws Exception {
        String key = fresh();
        Map<String, Object> body = Map.of("name", key, "gate", key);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Answer> first = threads.submit(() -> client.idempotencyKey(key).post(PATH, body));
            Eventually.holds("the first call waits at its gate", () -> ProbeRoutes.GATES.containsKey(key));
            assertThat(client.idempotencyKey(key).post(PATH, body).expect(409).code())
                .isEqualTo("idempotency_key_running");
            ProbeRoutes.gate(key).tryEmitValue("go");
            first.get().expect(201);
        }
        assertThat(client.idempotencyKey(key).post(PATH, body).expect(201).header("Idempotent-Replayed"))
            .isEqualTo("true");
        assertThat(effects(key)).isOne();
    }

    @Test void a_refusal_takes_the_effect_and_the_key_back() {
        String key = fresh();
        Map<String, Object> refused = Map.of("name", key, "refuse", true);
        assertThat(client.idempotencyKey(key).post(PATH, refused).expect(409).code()).isEqualTo("not_today");
        assertThat(effects(key)).isZero();
        client.idempotencyKey(key).post(PATH, Map.of("name", key)).expect(201);
        assertThat(effects(key)).isOne();
    }

    /// Guard: handlers run detached from the connection.
    @Test void a_client_that_hangs_up_does_not_stop_its_write() throws IOException {
        String key = fresh();
        String body = "{\"name\":\"" + key + "\",\"gate\":\"" + key + "\"}";
        try (Raw raw = new Raw(SHOP.port()).send("POST " + PATH + " HTTP/1.1\r\nHost: a\r\nIdempotency-Key: " + key
            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)) {
            Eventually.holds("the write has begun", () -> ProbeRoutes.GATES.containsKey(key));
            assertThat(raw.status()).isZero();
        }
        ProbeRoutes.gate(key).tryEmitValue("go");
        Eventually.holds("the effect is there", () -> effects(key) == 1);
        Answer again = client.idempotencyKey(key).post(PATH, body).expect(201);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test void a_key_that_is_none_is_400_and_a_giant_one_431() throws IOException {
        for (String key : List.of("\"\"", " ", "x".repeat(256), "a b", "caf\u00e9"))
            try (Raw raw = new Raw(SHOP.port()).send("POST " + PATH + " HTTP/1.1\r\nHost: a\r\nIdempotency-Key: " + key
                + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")) {
                    assertThat(raw.readToEnd().status()).as(key).isEqualTo(400);
                }
        try (Raw raw = new Raw(SHOP.port()).send("POST " + PATH + " HTTP/1.1\r\nHost: a\r\nIdempotency-Key: "
            + "x".repeat(1024 * 1024) + "\r\n\r\n")) {
            assertThat(raw.readToEnd().status()).isEqualTo(431);
        }
    }

    @Test void old_keys_are_forgotten() {
        String key = fresh();
        client.idempotencyKey(key).post(PATH, Map.of("name", key)).expect(201);
        SHOP.database().execute("update http.idempotency set created_at = created_at - interval '25 hours' "
            + "where key = ?", key);
        SHOP.bean(io.millrace.jobs.Jobs.class).run("http.idempotency").block(Duration.ofSeconds(10));
        assertThat(SHOP.database().number("select count(*) from http.idempotency where key = ?", key)).isZero();
    }
}
