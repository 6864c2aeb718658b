package io.millrace.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.millrace.payment.Told;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What Stripe's answers mean: yes, no, or that we do not know. Taking "we do not know" for no would refuse a payment
/// that was taken.
class StripeCallsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private final Queue<Script> answers = new ArrayDeque<>();
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private StripeCalls stripe;

    private record Script(int status, String body, String... headers) {}

    @BeforeEach void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
            Script next = answers.size() > 1 ? answers.remove() : answers.peek();
            byte[] bytes = next.body().getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < next.headers().length; i += 2)
                exchange.getResponseHeaders().add(next.headers()[i], next.headers()[i + 1]);
            if (next.status() == 0) {
                exchange.close();
                return;
            }
            exchange.sendResponseHeaders(next.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        stripe = new StripeCalls(new StripeSettings("http://localhost:" + server.getAddress().getPort(), "sk_test_x",
            null, List.of("whsec_x"), Duration.ofSeconds(3)),
            () -> "http://localhost:" + server.getAddress().getPort());
    }

    @AfterEach void close() {
        server.stop(0);
    }

    @Test void yes_is_an_object_and_nothing_else() {
        assertThat(post(new Script(200, "{\"id\":\"pi_1\"}"))).isInstanceOf(Told.Yes.class);
        assertThat(post(new Script(200, "[]"))).isInstanceOf(Told.Unknown.class);
        assertThat(post(new Script(200, "<html>maintenance</html>"))).isInstanceOf(Told.Unknown.class);
        assertThat(post(new Script(200, ""))).isInstanceOf(Told.Unknown.class);
    }

    @Test void no_is_what_stripe_says_about_the_payment_itself() {
        assertThat(post(new Script(402, "{\"error\":{\"type\":\"card_error\",\"code\":\"card_declined\"}}")))
            .isEqualTo(new Told.No<>("card_declined"));
        assertThat(post(new Script(400, "{\"error\":{\"type\":\"invalid_request_error\"}}")))
            .isEqualTo(new Told.No<>("invalid_request_error"));
        assertThat(post(new Script(404, "gone"))).isEqualTo(new Told.No<>("http_404"));
    }

    @Test void our_own_mistakes_say_nothing_about_the_payment() {
        assertThat(post(new Script(401, "{\"error\":{\"type\":\"invalid_request_error\"}}")))
            .isInstanceOf(Told.Unknown.class);
        assertThat(post(new Script(403, "{}"))).isInstanceOf(Told.Unknown.class);
        assertThat(post(new Script(400, "{\"error\":{\"type\":\"idempotency_error\"}}")))
            .isInstanceOf(Told.Unknown.class);
    }

    @Test void a_busy_stripe_is_asked_again_with_the_same_key_and_then_not_known() {
        assertThat(post(new Script(503, "{}"), new Script(429, "{}"), new Script(200, "{\"id\":\"pi_2\"}")))
            .isInstanceOf(Told.Yes.class);
        assertThat(keys).containsExactly("key-1", "key-1", "key-1");
        keys.clear();
        assertThat(post(new Script(500, "{}"))).isInstanceOf(Told.Unknown.class);
        assertThat(keys).as("a few times, not for ever").hasSize(3);
        assertThat(post(new Script(409, "{}"), new Script(200, "{}"))).isInstanceOf(Told.Yes.class);
    }

    @Test void stripes_own_word_about_asking_again_wins() {
        assertThat(post(new Script(500, "{}", "Stripe-Should-Retry", "false"))).isInstanceOf(Told.Unknown.class);
        assertThat(keys).hasSize(1);
        keys.clear();
        assertThat(post(new Script(409, "{}", "Stripe-Should-Retry", "false"))).isInstanceOf(Told.Unknown.class);
        assertThat(post(new Script(429, "{}", "Stripe-Should-Retry", "false"))).isInstanceOf(Told.Unknown.class);
        keys.clear();
        assertThat(post(new Script(400, "{}", "Stripe-Should-Retry", "true"), new Script(200, "{}")))
            .isInstanceOf(Told.Yes.class);
        assertThat(keys).hasSize(2);
    }

    @Test void a_line_that_breaks_is_not_known() {
        assertThat(post(new Script(0, ""))).isInstanceOf(Told.Unknown.class);
        server.stop(0);
        assertThat(stripe.get("/v1/payment_intents/pi_1").block(LONG)).isInstanceOf(Told.Unknown.class);
    }

    private Told<JsonNode> post(Script... scripts) {
        answers.clear();
        answers.addAll(List.of(scripts));
        return java.util.Objects.requireNonNull(
            stripe.post("/v1/payment_intents", Map.of("amount", "100"), "key-1").block(LONG));
    }
}
