package io.millrace.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Vectors made with Stripe's own libraries.
class StripeSignatureTest {
    private static final String SECRET = "whsec_test_secret_0123456789";
    private static final long TIME = 1_700_000_000;
    private static final byte[] BODY = ("{\"id\":\"evt_test_1\",\"object\":\"event\","
        + "\"api_version\":\"2026-10-28.endive\",\"created\":1700000000,\"livemode\":false,"
        + "\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":"
        + "{\"id\":\"pi_test_1\",\"object\":\"payment_intent\",\"amount\":2000,\"currency\":\"usd\","
        + "\"status\":\"succeeded\"}}}").getBytes(StandardCharsets.UTF_8);
    private static final String V1 = "6f3841f30a9a032bad9656d861435dd88b722521f28c6301807e972dbeaa987f";
    private static final String HEADER = "t=1700000000,v1=" + V1;

    private static boolean authentic(String header, byte[] body, long now, String... secrets) {
        return StripeSignature.isAuthentic(header, body, List.of(secrets), Instant.ofEpochSecond(now));
    }

    @Test void the_vector_of_stripes_own_library_is_authentic() {
        assertThat(authentic(HEADER, BODY, TIME + 100, SECRET)).isTrue();
    }

    @Test void a_body_beyond_ascii_is_signed_as_bytes() {
        byte[] body = "{\"name\":\"Kwäme ₵5\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(authentic("t=1700000000,v1=24c3d549cbfea657a91a8b8c246cfb0b4ed49cb043edb665facbbf41c53c7755", body,
            TIME, SECRET)).isTrue();
    }

    /// Guard: the tolerance looks both ways.
    @Test void too_old_and_too_new_are_both_refused() {
        assertThat(authentic(HEADER, BODY, TIME + 300, SECRET)).isTrue();
        assertThat(authentic(HEADER, BODY, TIME + 301, SECRET)).isFalse();
        assertThat(authentic(HEADER, BODY, TIME - 300, SECRET)).isTrue();
        assertThat(authentic(HEADER, BODY, TIME - 301, SECRET)).isFalse();
    }

    @Test void of_two_active_secrets_and_several_signatures_any_match_will_do() {
        assertThat(authentic(HEADER, BODY, TIME, "whsec_new", SECRET)).isTrue();
        assertThat(authentic("t=1700000000,v1=" + "0".repeat(64) + ",v1=" + V1 + ",v0=abc", BODY, TIME, SECRET))
            .isTrue();
        assertThat(authentic(HEADER, BODY, TIME, "whsec_new", "whsec_newer")).as("rotated away").isFalse();
    }

    @Test void forgeries_are_refused() {
        byte[] other = new String(BODY, StandardCharsets.UTF_8).replace("2000", "2001")
            .getBytes(StandardCharsets.UTF_8);
        assertThat(authentic(HEADER, other, TIME, SECRET)).as("mutated body").isFalse();
        byte[] spaced = (new String(BODY, StandardCharsets.UTF_8) + " ").getBytes(StandardCharsets.UTF_8);
        assertThat(authentic(HEADER, spaced, TIME, SECRET)).as("serialised again").isFalse();
        assertThat(StripeSignature.isAuthentic(null, BODY, List.of(SECRET), Instant.ofEpochSecond(TIME))).isFalse();
        for (String header : List.of("", "t=1700000000", "v1=" + V1, "t=,v1=" + V1, "t=1700000000,v1=", "garbage",
            "t=99999999999999999999,v1=" + V1, "t=1700000000,v0=" + V1, "t=-1700000000,v1=" + V1,
            "t=1700000001,v1=" + V1, "x".repeat(5000)))
            assertThat(authentic(header, BODY, TIME, SECRET)).as(header).isFalse();
    }

    /// Guard: HMAC with an empty key is something anybody can compute.
    @Test void blank_secrets_are_refused_before_the_shop_opens() {
        for (List<String> secrets : List.of(List.<String>of(), List.of(""), List.of(" "), List.of("whsec_a", "")))
            assertThatThrownBy(() -> new StripeSettings("https://x", "sk_test_1", null, secrets, Duration.ofSeconds(3)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("webhook-secrets");
        assertThatThrownBy(() -> new StripeSettings("https://x", " ", null, List.of("whsec_a"), Duration.ofSeconds(3)))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("secret-key");
        assertThat(new StripeSettings("https://x", "sk_live_1", null, List.of("whsec_a"), Duration.ofSeconds(3)))
            .asString().doesNotContain("sk_live", "whsec");
    }
}
