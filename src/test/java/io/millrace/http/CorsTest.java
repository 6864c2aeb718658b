package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// F177, ASVS 3.4.2, OWASP API8: pages of other sites read nothing unless their exact origin was named.
class CorsTest {
    private static final String GOOD = "https://shop.example";
    private static final String ALLOW = "Access-Control-Allow-Origin";
    private static Shop shop;
    private static Client client;

    @BeforeAll static void open() {
        shop = Shop.with("millrace.http.cors-origins", GOOD + ", http://localhost:3000");
        client = shop.client();
    }

    @AfterAll static void close() {
        shop.close();
    }

    private static Answer preflight(String origin) {
        return client.with("Origin", origin).with("Access-Control-Request-Method", "POST")
            .with("Access-Control-Request-Headers", "authorization,content-type")
            .send("OPTIONS", "/api/v1/orders", null);
    }

    @Test void a_preflight_of_a_named_origin_is_answered_with_what_it_may() {
        Answer answer = preflight(GOOD).expect(204);
        assertThat(answer.header(ALLOW)).isEqualTo(GOOD);
        assertThat(answer.header("Access-Control-Allow-Methods")).contains("POST", "PATCH", "DELETE");
        assertThat(answer.header("Access-Control-Allow-Headers")).contains("Authorization", "Idempotency-Key");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("600");
        assertThat(answer.headers().allValues("Vary").toString()).contains("Origin", "Access-Control-Request-Method");
        preflight("http://localhost:3000").expect(204);
    }

    @Test void an_answer_to_a_page_of_a_named_origin_may_be_read_a_refusal_as_well() {
        Answer answer = client.with("Origin", GOOD).get("/api/v1/products").expect(200);
        assertThat(answer.header(ALLOW)).isEqualTo(GOOD);
        assertThat(answer.header("Access-Control-Expose-Headers")).contains("ETag", "Retry-After");
        assertThat(client.with("Origin", GOOD).bearer("a.b.c").get("/api/v1/orders").expect(401).header(ALLOW))
            .isEqualTo(GOOD);
        assertThat(client.with("Origin", GOOD).get("/api/v1/nowhere").expect(404).header(ALLOW)).isEqualTo(GOOD);
    }

    /// Never any origin, never with credentials: suffixes, prefixes, other schemes and ports, `null`, lists.
    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "https://shop.example.evil.com", "https://evilshop.example",
        "https://sub.shop.example", "http://shop.example", "https://shop.example:8443", "https://shop.example/",
        "https://SHOP.example", "null", "*", "https://shop.example, https://evil.example", "https://shop.example@evil",
        "http://localhost:3001", "file://", "https://shop.exampl\u00e9"}) void a_foreign_origin_may_not(String origin) {
        if (origin.chars().allMatch(c -> c < 0x80)) {
            Answer refused = preflight(origin).expect(403);
            assertThat(refused.code()).isEqualTo("origin_not_allowed");
            assertThat(refused.header(ALLOW)).isNull();
            Answer answer = client.with("Origin", origin).get("/api/v1/products").expect(200);
            assertThat(answer.header(ALLOW)).isNull();
            assertThat(answer.headers().allValues("Vary").toString()).contains("Origin");
        }
        assertThat(preflight(GOOD).header("Access-Control-Allow-Credentials")).isNull();
    }

    /// A cache must never hand the answer for one origin to another: every answer says that it varies.
    @Test void answers_without_an_origin_vary_by_it_too_beside_what_they_say_themselves() {
        for (String path : List.of("/api/v1/products", "/api/v1/products", "/api/v1/channels"))
            assertThat(client.get(path).expect(200).headers().allValues("Vary").toString()).contains("Origin");
        assertThat(client.get("/api/v1/products").headers().allValues("Vary").toString()).contains("X-Channel",
            "X-Publishable-Key");
    }

    @Test void options_that_are_no_preflight_are_answered_as_ever() {
        assertThat(client.send("OPTIONS", "/api/v1/probe/versioned", null).expect(204).header("Allow"))
            .contains("GET");
        assertThat(client.with("Origin", "https://evil.example").send("OPTIONS", "/api/v1/probe", null).expect(204)
            .header(ALLOW)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "null", "https://*.example", "https://shop.example/path", "http://shop.example",
        "shop.example", "https://", "https://shop.example:0", "https://shop.example:70000", "https://user@shop.example",
        "https://shop.example?x", "javascript://shop", "https://-shop.example", "https://shop..example",
        "https://[::2]", "https://shop.example "}) void a_pattern_or_a_slip_in_the_settings_keeps_the_shop_from_opening(
            String origin) {
        if (!origin.endsWith(" "))
            assertThatThrownBy(() -> new CorsSettings(List.of(origin))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("millrace.http.cors-origins");
        assertThatThrownBy(() -> new Origin(origin)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void an_origin_has_one_spelling() {
        Map.of("HTTPS://Shop.Example", GOOD, "https://shop.example:443", GOOD, "http://localhost:80",
            "http://localhost", "http://127.0.0.1:5173", "http://127.0.0.1:5173", "http://[::1]:3000",
            "http://[::1]:3000").forEach((written, one) -> assertThat(Origin.of(written).value()).isEqualTo(one));
        assertThat(new CorsSettings(List.of("", " ")).corsOrigins()).isEmpty();
    }
}
