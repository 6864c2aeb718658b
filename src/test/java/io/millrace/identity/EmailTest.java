package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailTest {
    @Test void one_address_has_one_form() {
        assertThat(Email.of(" Ann@Example.COM ")).isEqualTo(Email.of("ann@example.com"));
        assertThat(Email.of("jose\u0301@example.com")).isEqualTo(Email.of("jos\u00e9@example.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "@b.c", "a@b", "a@@b.c", "a b@c.d", "a@b.c\r\nBcc: x@y.z", "a\u0000@b.c",
        "a\u2028@b.c", "a\u202e@b.c", "a@.b", "a@b.", "<a@b.c>", "a,b@c.d",
        "a@b.c\ud800"}) void what_is_no_address_is_refused(String text) {
        assertThat(Email.isValid(text)).isFalse();
    }

    @Test void an_endless_address_is_refused() {
        assertThat(Email.isValid("a".repeat(65) + "@example.com")).isFalse();
        assertThat(Email.isValid("a@" + "b".repeat(250) + ".com")).isFalse();
    }
}
