package io.millrace.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {
    private static final byte[] RANDOM = new byte[KeyText.RANDOM_BYTES];

    static {
        new Random(11).nextBytes(RANDOM);
    }

    @Test void a_key_says_what_it_is_and_has_no_sign_that_is_hard_to_copy() {
        assertThat(KeyText.personal(RANDOM).value()).matches("mrp_[0-9a-z]{57}");
        assertThat(KeyText.publishable("pecos", RANDOM).value()).matches("pk_pecos_[0-9a-z]{57}");
        assertThat(KeyText.secret("sweets", RANDOM).value()).matches("sk_sweets_[0-9a-z]{57}");
        assertThat(KeyText.personal(new byte[KeyText.RANDOM_BYTES]).value()).matches("mrp_0{50}[0-9a-z]{7}");
        byte[] most = new byte[KeyText.RANDOM_BYTES];
        Arrays.fill(most, (byte) 0xff);
        assertThat(KeyText.personal(most).value()).matches("mrp_[0-9a-z]{57}");
    }

    @Test void the_text_itself_is_never_printed() {
        KeyText key = KeyText.personal(RANDOM);
        assertThat(key.toString()).doesNotContain(key.value()).contains(key.hint());
        assertThat(key.hash()).hasSize(32);
    }

    @Test void one_wrong_letter_anywhere_is_no_key() {
        String text = KeyText.personal(RANDOM).value();
        assertThat(KeyText.isLike(text)).isTrue();
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'a' ? 'b' : 'a';
            assertThat(KeyText.isLike(text.substring(0, i) + other + text.substring(i + 1))).as("at " + i).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mrp_", "sk_pecos_", "pk_test_sandbox", "sk_live_51H", "mrp_ a",
        "ghp_0123456789"}) void what_is_no_key_of_ours_is_refused_by_its_form(String text) {
        assertThat(KeyText.isLike(text)).isFalse();
        assertThat(KeyText.isLike("mrp_" + "0".repeat(1_000))).isFalse();
    }

    /// F012: never more than the owner may at that moment, and never `*`.
    @Test void a_tokens_scopes_are_cut_to_its_owners_permissions() {
        Set<String> scopes = Set.of("order:admin", "catalog:write");
        assertThat(Scopes.granted(scopes, Set.of("*"))).isEqualTo(scopes);
        assertThat(Scopes.granted(scopes, Set.of("order:admin", "payment:refund"))).containsExactly("order:admin");
        assertThat(Scopes.granted(scopes, Set.of())).isEmpty();
        for (String no : new String[]{"*", "order:*", "", "order", "order:admin ", "ORDER:ADMIN", "a:b:c", ":"})
            assertThat(Scopes.isScope(no)).as(no).isFalse();
        assertThat(Scopes.isScope("order:admin")).isTrue();
    }
}
