package io.millrace.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Stripe's wire, as its documentation has it, against the simulated one.
class StripeSandboxTest {
    private final Shop shop = Shop.shared();
    private final Client merchant = shop.client().bearer("sk_test_sandbox")
        .with("Content-Type", "application/x-www-form-urlencoded");
    private final Client browser = shop.client().with("Content-Type", "application/x-www-form-urlencoded");

    @AfterEach void calm() {
        shop.client().put("/sandbox/chaos", Map.of()).expect(200);
    }

    private static Answer post(Client client, String path, String... form) {
        return client.send("POST", "/sandbox/stripe/v1/" + path, IntStream.range(0, form.length / 2)
            .mapToObj(i -> form[2 * i] + "=" + form[2 * i + 1]).collect(Collectors.joining("&")));
    }

    private Answer intent(String... more) {
        String[] form = java.util.Arrays.copyOf(new String[]{"amount", "2000", "currency", "usd",
            "metadata%5Border_id%5D", "probe:1"}, 6 + more.length);
        System.arraycopy(more, 0, form, 6, more.length);
        return post(merchant, "payment_intents", form).expect(200);
    }

    private static String id(Answer answer) {
        return answer.json().path("id").asString();
    }

    private Answer confirm(Answer intent, String card) {
        return post(browser, "payment_intents/" + id(intent) + "/confirm", "key", "pk_test_sandbox", "client_secret",
            intent.json().path("client_secret").asString(), "payment_method", card);
    }

    @Test void an_intent_has_stripes_shape_and_a_good_card_pays_it() {
        Answer intent = intent();
        assertThat(intent.header("Request-Id")).startsWith("req_");
        assertThat(intent.json().path("object").asString()).isEqualTo("payment_intent");
        assertThat(intent.json().path("status").asString()).isEqualTo("requires_payment_method");
        assertThat(intent.json().path("metadata").path("order_id").asString()).isEqualTo("probe:1");
        assertThat(intent.json().path("livemode").asBoolean(true)).isFalse();
        Answer paid = confirm(intent, "pm_card_visa").expect(200);
        assertThat(paid.json().path("status").asString()).isEqualTo("succeeded");
        assertThat(paid.json().path("amount_received").asLong()).isEqualTo(2000);
        assertThat(paid.json().path("latest_charge").asString()).startsWith("ch_");
        Answer again = confirm(intent, "pm_card_visa").expect(400);
        assertThat(again.json().path("error").path("code").asString()).isEqualTo("payment_intent_unexpected_state");
        post(merchant, "payment_intents/" + id(intent) + "/cancel").expect(400);
        assertThat(merchant.get("/sandbox/stripe/v1/payment_intents/" + id(intent)).json().path("status").asString())
            .isEqualTo("succeeded");
    }

    @Test void bad_cards_are_declined_each_in_its_way_and_the_intent_stays_payable() {
        Answer intent = intent();
        Map<String, String> cards = Map.of("pm_card_visa_chargeDeclined", "generic_decline",
            "pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds",
            "pm_card_chargeDeclinedExpiredCard", "expired_card");
        cards.forEach((card, code) -> {
            Answer declined = confirm(intent, card).expect(402);
            assertThat(declined.json().path("error").path("type").asString()).isEqualTo("card_error");
            assertThat(declined.json().path("error").path("decline_code").asString()).isEqualTo(code);
            assertThat(declined.json().path("error").path("payment_intent").path("status").asString())
                .isEqualTo("requires_payment_method");
        });
        confirm(intent, "pm_invented").expect(400);
        confirm(intent, "pm_card_visa").expect(200);
    }

    @Test void a_card_that_asks_its_bank_pays_after_the_banks_page() {
        for (String result : List.of("success", "fail")) {
            Answer intent = intent();
            Answer asked = confirm(intent, "pm_card_authenticationRequired").expect(200);
            assertThat(asked.json().path("status").asString()).isEqualTo("requires_action");
            String url = asked.json().path("next_action").path("redirect_to_url").path("url").asString();
            shop.client().get(url + "&result=" + result).expect(result.equals("success") ? 200 : 402);
            assertThat(merchant.get("/sandbox/stripe/v1/payment_intents/" + id(intent)).json().path("status")
                .asString()).isEqualTo(result.equals("success") ? "succeeded" : "requires_payment_method");
        }
    }

    @Test void manual_capture_takes_the_money_in_two_steps() {
        Answer intent = intent("capture_method", "manual");
        assertThat(confirm(intent, "pm_card_visa").expect(200).json().path("status").asString())
            .isEqualTo("requires_capture");
        assertThat(post(merchant, "payment_intents/" + id(intent) + "/capture").expect(200).json()
            .path("amount_received").asLong()).isEqualTo(2000);
    }

    @Test void keys_open_what_they_should() {
        Answer intent = intent();
        String path = "/sandbox/stripe/v1/payment_intents/" + id(intent);
        shop.client().get(path).expect(401);
        shop.client().bearer("sk_test_other").get(path).expect(401);
        shop.client().get(path + "?key=pk_test_sandbox").expect(404);
        shop.client().get(path + "?key=pk_test_sandbox&client_secret="
            + intent.json().path("client_secret").asString()).expect(200);
        shop.client().with("Authorization", "Basic " + Base64.getEncoder().encodeToString("sk_test_sandbox:".getBytes(
            java.nio.charset.StandardCharsets.US_ASCII))).get(path).expect(200);
        post(browser, "refunds", "payment_intent", id(intent), "key", "pk_test_sandbox").expect(401);
        post(browser, "payment_intents/" + id(intent) + "/confirm", "key", "pk_test_sandbox", "client_secret", "x",
            "payment_method", "pm_card_visa").expect(404);
    }

    @Test void an_idempotency_key_replays_and_refuses_other_parameters() throws InterruptedException {
        Client keyed = merchant.idempotencyKey(UUID.randomUUID().toString());
        Answer first = post(keyed, "payment_intents", "amount", "500", "currency", "usd").expect(200);
        Answer again = post(keyed, "payment_intents", "amount", "500", "currency", "usd").expect(200);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        Answer other = post(keyed, "payment_intents", "amount", "501", "currency", "usd").expect(400);
        assertThat(other.json().path("error").path("type").asString()).isEqualTo("idempotency_error");
        Client fresh = merchant.idempotencyKey(UUID.randomUUID().toString());
        post(fresh, "payment_intents", "amount", "0", "currency", "usd").expect(400);
        post(fresh, "payment_intents", "amount", "500", "currency", "usd").expect(200);
        Client raced = merchant.idempotencyKey(UUID.randomUUID().toString());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = IntStream.range(0, 20).<Callable<Answer>>mapToObj(
                i -> () -> post(raced, "payment_intents", "amount", "700", "currency", "usd")).toList();
            Set<String> made = new HashSet<>();
            for (var future : threads.invokeAll(calls)) {
                Answer answer = future.resultNow();
                assertThat(answer.status()).isIn(200, 409);
                if (answer.status() == 200) made.add(id(answer));
            }
            assertThat(made).hasSize(1);
        }
    }

    /// Guard: the key is given back before the answer goes out.
    @Test void who_has_heard_an_answer_may_ask_again_at_once() {
        StripeSandbox sandbox = shop.bean(StripeSandbox.class);
        StripeSandbox.Call call = new StripeSandbox.Call("/payment_intents", Map.of("amount", "900", "currency", "usd"),
            UUID.randomUUID().toString());
        StripeSandbox.Answer again =
            sandbox.create(call).flatMap(first -> sandbox.create(call)).block(Duration.ofSeconds(30));
        assertThat(again).matches(answer -> answer.status() == 200 && answer.replayed());
    }

    @Test void refunds_are_capped_listed_and_may_fail_later() {
        Answer intent = intent();
        post(merchant, "refunds", "payment_intent", id(intent)).expect(400);
        confirm(intent, "pm_card_refundFail").expect(200);
        Answer refund = post(merchant, "refunds", "payment_intent", id(intent), "amount", "1500",
            "metadata%5Brefund_id%5D", "r1").expect(200);
        assertThat(refund.json().path("status").asString()).isEqualTo("succeeded");
        post(merchant, "refunds", "payment_intent", id(intent), "amount", "501").expect(400);
        assertThat(merchant.get("/sandbox/stripe/v1/refunds?payment_intent=" + id(intent)).json().path("data").size())
            .isEqualTo(1);
        Eventually.passes(() -> assertThat(merchant.get("/sandbox/stripe/v1/refunds/" + id(refund)).json()
            .path("status").asString()).isEqualTo("failed"));
    }

    @Test void the_chaos_dial_breaks_calls_and_forgets_answers() {
        assertThat(shop.client().put("/sandbox/chaos", Map.of("fail", 2)).expect(422).text()).contains("fail");
        shop.client().put("/sandbox/chaos", Map.of("fail", 1, "seed", 7)).expect(200);
        assertThat(shop.client().get("/sandbox/chaos").data().path("fail").asDouble()).isEqualTo(1);
        Client keyed = merchant.idempotencyKey(UUID.randomUUID().toString());
        assertThat(post(keyed, "payment_intents", "amount", "500", "currency", "usd").expect(500).json().path("error")
            .path("type").asString()).isEqualTo("api_error");
        shop.client().put("/sandbox/chaos", Map.of("lose", 1)).expect(200);
        post(keyed, "payment_intents", "amount", "500", "currency", "usd").expect(500);
        shop.client().put("/sandbox/chaos", Map.of()).expect(200);
        assertThat(post(keyed, "payment_intents", "amount", "500", "currency", "usd").expect(200)
            .header("Idempotent-Replayed")).as("it had happened").isEqualTo("true");
    }
}
