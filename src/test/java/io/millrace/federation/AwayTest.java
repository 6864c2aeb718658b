package io.millrace.federation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A shop behind TLS whose providers are slow or not there at all.
class AwayTest {
    @Test void a_provider_that_is_slow_or_gone_is_503_in_time_and_the_cookie_belongs_to_the_host_alone() {
        try (Shop shop = Shop.with("millrace.public-url", "https://shop.example",
            "millrace.federation.timeout", "700ms",
            "millrace.federation.return-to", "https://shop.example/signed-in",
            "millrace.federation.providers.gone.issuer", "http://127.0.0.1:1",
            "millrace.federation.providers.gone.client-id", "app",
            "millrace.federation.providers.gone.client-secret", "secret")) {
            Traveller person = new Traveller(shop.client());
            Answer gone = person.leave("gone", "").expect(503);
            assertThat(gone.code()).isEqualTo("provider_unavailable");
            assertThat(gone.header("Set-Cookie")).isNull();

            Answer left = person.leave("google", "");
            assertThat(left.header("Set-Cookie")).startsWith("__Host-millrace-oauth=").contains("; Secure", "Path=/")
                .doesNotContain("Domain");
            assertThat(Traveller.query(Traveller.location(left), "redirect_uri"))
                .isEqualTo("https://shop.example/api/v1/auth/callback/google");

            shop.client().put("/sandbox/chaos", Map.of("lie", "silent")).expect(200);
            String back = person.consent(Traveller.location(left), "slow@example.com")
                .replace("https://shop.example", shop.url());
            long began = System.nanoTime();
            Answer slow = person.arrive(back).expect(503);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            assertThat(slow.code()).isEqualTo("provider_unavailable");
            assertThat(slow.header("Set-Cookie")).contains("Max-Age=0", "Secure");
            for (String table : new String[]{"federation.identities", "federation.handovers"})
                assertThat(shop.database().number("select count(*) from " + table)).as(table).isZero();
            assertThat(shop.database().number("select count(*) from identity.accounts where email_blind = ?",
                shop.blind("slow@example.com"))).isZero();
        }
    }
}
