package io.millrace.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;
import io.millrace.http.Json;

class SettingsTest {
    private static FederationSettings.Provider google(String issuer, String secret) {
        return new FederationSettings.Provider(FederationSettings.Kind.OIDC, issuer, List.of(), "app", secret, "", "",
            "", "", "", true, "/dialog", "/graph");
    }

    private static FederationSettings settings(String page) {
        return new FederationSettings(Map.of("google", google("https://accounts.google.com", "s3cret")), List.of(page),
            Duration.ofSeconds(3));
    }

    @Test void attack_26_only_whole_pages_may_be_on_the_list() {
        for (String page : List.of("/", "/account", "/a/b.html", "https://shop.example/signed-in",
            "http://localhost:3000/back"))
            assertThat(settings(page).returnTo()).containsExactly(page);
        for (String page : List.of("//evil.example", "/\\evil.example", "\\/evil", "https://shop.example@evil.example/",
            "https://shop.example/#x", "https://shop.example/?next=", "http://shop.example/", "javascript:alert(1)",
            "/a?b", "/a#b", "/a\r\nLocation: x", "", "shop.example", "ftp://shop.example/"))
            assertThatThrownBy(() -> settings(page)).as(page).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void a_provider_without_a_secret_or_an_issuer_is_refused_and_secrets_are_not_shown() {
        assertThatThrownBy(() -> new FederationSettings(Map.of("google", google("https://a.example", " ")), List.of(),
            Duration.ofSeconds(3))).hasMessageContaining("client-secret");
        assertThatThrownBy(() -> new FederationSettings(Map.of("google", google("a.example", "x")), List.of(),
            Duration.ofSeconds(3))).hasMessageContaining("issuer");
        assertThatThrownBy(() -> new FederationSettings(Map.of("Goo/gle", google("https://a.example", "x")), List.of(),
            Duration.ofSeconds(3))).hasMessageContaining("name");
        assertThatThrownBy(() -> new FederationSettings(Map.of(), List.of(), Duration.ofMinutes(3)))
            .hasMessageContaining("timeout");
        assertThat(settings("/").toString()).doesNotContain("s3cret");
    }

    @Test void attack_26_a_discovery_document_of_another_issuer_or_without_tls_is_not_taken() {
        ObjectNode document = Json.OURS.createObjectNode().put("issuer", "https://id.example")
            .put("authorization_endpoint", "https://id.example/a").put("token_endpoint", "https://id.example/t")
            .put("jwks_uri", "https://id.example/k");
        assertThat(Metadata.discovered(document, "https://id.example")).isPresent();
        assertThat(Metadata.discovered(document, "https://other.example")).isEmpty();
        assertThat(Metadata.discovered(document.deepCopy().put("token_endpoint", "http://id.example/t"),
            "https://id.example")).isEmpty();
        assertThat(Metadata.discovered(document.deepCopy().put("jwks_uri", "file:///etc/passwd"),
            "https://id.example")).isEmpty();
        assertThat(Metadata.discovered(document.deepCopy().put("userinfo_endpoint", "gopher://x"),
            "https://id.example")).isEmpty();
    }
}
