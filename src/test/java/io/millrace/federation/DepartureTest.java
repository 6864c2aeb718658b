package io.millrace.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class DepartureTest {
    private static final byte[] KEY = Departure.sha256("a key of a test");
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private final Departure departure =
        new Departure("state-1", "google", "/", "c".repeat(43), null, NOW.plus(Departure.LIFE));

    @Test void a_cookie_of_ours_tells_the_journey_until_it_is_over() {
        assertThat(Departure.read(departure.cookie(KEY), KEY, NOW)).contains(departure);
        assertThat(Departure.read(departure.cookie(KEY), KEY, NOW.plus(Departure.LIFE))).isEmpty();
    }

    @Test void attack_26_a_cookie_that_somebody_else_wrote_or_changed_is_none() {
        String cookie = departure.cookie(KEY);
        String payload = cookie.substring(0, cookie.indexOf('.'));
        String other = Base64.getUrlEncoder().withoutPadding().encodeToString(new String(
            Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8).replace("\"/\"", "\"https://evil.example\"")
            .getBytes(StandardCharsets.UTF_8));
        assertThat(other).isNotEqualTo(payload);
        for (String forged : new String[]{other + cookie.substring(cookie.indexOf('.')), payload, payload + ".",
            "." + cookie, cookie + "x", "", ".", "a.b", departure.cookie(Departure.sha256("another key")),
            "x".repeat(5_000)})
            assertThat(Departure.read(forged, KEY, NOW)).as(forged).isEmpty();
        assertThat(Departure.read(null, KEY, NOW)).isEmpty();
    }

    /// The vector of RFC 7636, appendix B.
    @Test void the_challenge_is_s256() {
        assertThat(Departure.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
            .isEqualTo("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    @Test void verifier_and_nonce_follow_from_the_state_and_the_key_and_from_nothing_the_browser_sees() {
        assertThat(departure.verifier(KEY)).hasSize(43).isNotEqualTo(departure.nonce(KEY))
            .isNotEqualTo(departure.verifier(Departure.sha256("another key")));
        Departure next = new Departure("state-2", "google", "/", null, null, NOW.plus(Duration.ofMinutes(1)));
        assertThat(next.verifier(KEY)).isNotEqualTo(departure.verifier(KEY));
        assertThat(new String(Base64.getUrlDecoder().decode(departure.cookie(KEY).replaceFirst("\\..*", "")),
            StandardCharsets.UTF_8)).doesNotContain(departure.verifier(KEY), departure.nonce(KEY));
    }

    /// The vector of providers.md, computed with another library.
    @Test void facebooks_proof_is_an_hmac_of_the_token_under_the_apps_secret() {
        assertThat(Facebook.proof("app_secret_123", "EAABtoken"))
            .isEqualTo("3896209537f532c6c4eb9232616ecea1fae737dd7c2a1dcb2a6d870accf543b4");
    }

    @Test void keys_are_kept_as_long_as_the_issuer_says_within_bounds() {
        assertThat(IssuerKeys.life("public, max-age=600")).isEqualTo(Duration.ofMinutes(10));
        assertThat(IssuerKeys.life(null)).isEqualTo(Duration.ofHours(1));
        assertThat(IssuerKeys.life("max-age=0")).isEqualTo(Duration.ofMinutes(1));
        assertThat(IssuerKeys.life("max-age=999999999")).isEqualTo(Duration.ofHours(24));
    }

    @Test void names_of_a_provider_are_one_line_each_and_not_without_end() {
        Outer outer = Outer.of("i", "s", null, false, "", "", "Ada\r\nSet-Cookie: x Lovelace" + "e".repeat(200));
        assertThat(outer.firstName() + outer.lastName()).doesNotContain("\r", "\n");
        assertThat(outer.lastName()).hasSizeLessThanOrEqualTo(100).startsWith("Lovelace");
    }
}
