package io.millrace.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LetterTest {
    private static final NotificationSettings SETTINGS = new NotificationSettings(true, "Pecos & Sons", "",
        new NotificationSettings.Sendgrid("https://api.sendgrid.com", "SG.s3cret", "shop@pecos.example",
            Duration.ofSeconds(1)));

    @Test void the_plain_text_and_the_html_say_the_same() {
        Letter letter = new Letter("A subject", List.of("Hello,", "one & two"), new Letter.Button("Press",
            "https://shop.example/verify-email?token=a&b=c"));
        assertThat(letter.text()).isEqualTo("""
            Hello,

            one & two

            Press:
            https://shop.example/verify-email?token=a&b=c
            """);
        assertThat(letter.html()).contains("<p>one &amp; two</p>",
            "<a href=\"https://shop.example/verify-email?token=a&amp;b=c\">Press</a>");
    }

    @Test void attack_32_nothing_in_a_subject_or_an_address_makes_a_header_of_its_own() {
        Letter letter = new Letter("Hi\r\nBcc: everybody@example.com\u2028\u0000\u001b[31m", List.of("x"), null);
        assertThat(letter.subject()).doesNotContain("\r", "\n", "\u2028", "\u0000", "\u001b").startsWith("Hi  Bcc");
        JsonNode body = Sendgrid.body(new UUID(1, 2), "ann@example.com\r\nBcc: b@example.com", letter, SETTINGS);
        assertThat(body.toString()).doesNotContain("\\r", "\\n@", "\\u001b");
        assertThat(body.path("personalizations").get(0).path("to").get(0).path("email").asString())
            .doesNotContain("\r", "\n");
    }

    @Test void html_of_a_stranger_is_text_in_a_letter() {
        Letter letter = new Letter("<b>", List.of("<script>alert('x')</script> \"q\""), new Letter.Button("<i>",
            "https://x/\"onmouseover=\"alert(1)"));
        assertThat(letter.html()).doesNotContain("<script", "<i>", "\"onmouseover").contains("&lt;script&gt;",
            "&#39;x&#39;", "&quot;q&quot;", "<title>&lt;b&gt;</title>");
    }

    @Test void a_name_is_greeted_only_when_it_looks_like_one() {
        for (String name : List.of("Ann", "Ann Lee", "José O’Brien-Núñez", "J. R. R. Tolkien", "Søren", "अनु शर्मा"))
            assertThat(Letter.greeting(name)).isEqualTo("Hello " + name + ",");
        for (String name : List.of("", " ", "win at evil.example", "https://evil.example", "<b>Ann</b>",
            "Ann\n\nPay here", "a".repeat(61), "1000$", "@ann"))
            assertThat(Letter.greeting(name)).as(name).doesNotContain("evil.example", "<", "$").satisfiesAnyOf(
                text -> assertThat(text).isEqualTo("Hello,"), text -> assertThat(text).doesNotContain("\n"));
        assertThat(Letter.greeting("win at evil.example")).isEqualTo("Hello,");
    }

    @Test void the_wire_is_sendgrids_plain_text_first_with_our_id_and_without_tracking() {
        UUID id = UUID.fromString("01980000-0000-7000-8000-000000000001");
        JsonNode body = Sendgrid.body(id, "ann@example.com", new Letter("S", List.of("x"), null), SETTINGS);
        assertThat(body.path("from").path("email").asString()).isEqualTo("shop@pecos.example");
        assertThat(body.path("from").path("name").asString()).isEqualTo("Pecos & Sons");
        assertThat(body.path("content").get(0).path("type").asString()).isEqualTo("text/plain");
        assertThat(body.path("content").get(1).path("type").asString()).isEqualTo("text/html");
        assertThat(body.path("headers").path("Message-ID").asString()).isEqualTo("<" + id + "@pecos.example>");
        assertThat(body.path("personalizations").get(0).path("custom_args").path("mail_id").asString())
            .isEqualTo(id.toString());
        assertThat(body.path("tracking_settings").path("click_tracking").path("enable").asBoolean(true)).isFalse();
    }

    @Test void waits_double_up_to_a_quarter_of_an_hour() {
        assertThat(Postbox.wait(1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(Postbox.wait(3)).isEqualTo(Duration.ofSeconds(8));
        assertThat(Postbox.wait(1_000)).isEqualTo(Duration.ofMinutes(15));
    }

    @Test void settings_without_a_key_or_an_address_are_refused_and_the_key_is_not_shown() {
        assertThat(SETTINGS.toString()).doesNotContain("s3cret");
        for (String from : List.of("", "shop", "shop@pecos", "a b@pecos.example", "shop@pecos.example\r\nBcc: x@y.de"))
            assertThatThrownBy(() -> new NotificationSettings.Sendgrid("https://x", "k", from, Duration.ofSeconds(1)))
                .as(from).hasMessageContaining("from");
        assertThatThrownBy(() -> new NotificationSettings.Sendgrid("https://x", " ", "a@b.example",
            Duration.ofSeconds(1))).hasMessageContaining("api-key");
        assertThatThrownBy(() -> new NotificationSettings.Sendgrid("https://x", "k", "a@b.example", Duration.ZERO))
            .hasMessageContaining("timeout");
        assertThatThrownBy(() -> new NotificationSettings(true, "a\nb", "", SETTINGS.sendgrid()))
            .hasMessageContaining("one line");
    }
}
