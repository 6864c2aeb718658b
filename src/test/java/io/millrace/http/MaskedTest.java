package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MaskedTest {
    record Contact(String name, @Masked(as = Masked.Kind.PHONE, unless = "order:admin") @Nullable String phone,
        @Masked(as = Masked.Kind.EMAIL, unless = "order:admin") String email, @Masked String card) {}

    record Sent(@Nullable String name, @Nullable String phone, @Nullable String note, @Nullable String trackingNumber,
        @Nullable List<String> lines) {}

    private static final Contact ADA = new Contact("Ada", "+233201234567", "ada@example.com", "GHA-123");
    private static final String MASKED =
        "{\"name\":\"Ada\",\"phone\":\"+********4567\",\"email\":\"a*a@example.com\",\"card\":\"G*****3\"}";

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static Caller holding(String... permissions) {
        return new Caller(Optional.of(UUID.randomUUID()), Set.of(), Set.of(permissions));
    }

    @Test void a_masked_field_is_masked_for_everybody_who_lacks_the_permission() {
        assertThat(json(Masked.Shown.to(holding("ledger:read"), ADA))).isEqualTo(MASKED);
        assertThat(json(Masked.Shown.to(Caller.GUEST, Map.of("list", List.of(ADA)))))
            .isEqualTo("{\"list\":[" + MASKED + "]}");
        assertThat(json(ADA)).as("nobody said who looks").isEqualTo(MASKED);
    }

    @Test void who_may_see_it_sees_it_and_what_nobody_may_see_stays_masked() {
        assertThat(json(Masked.Shown.to(holding("order:admin"), ADA))).contains("+233201234567", "ada@example.com")
            .contains("G*****3");
        assertThat(json(Masked.Shown.to(holding("*"), ADA))).contains("+233201234567").contains("G*****3");
        assertThat(json(List.of(Masked.Shown.to(holding("*"), ADA), ADA))).as("one does not open the next")
            .endsWith(MASKED + "]");
        assertThat(json(new Contact("Ada", null, "a@b.cd", "x"))).doesNotContain("phone");
    }

    @Test void a_body_with_a_card_number_is_refused_without_repeating_it() {
        for (String body : List.of("{\"name\":\"4242424242424242\"}", "{\"note\":\"my card: 4242 4242 4242 4242\"}",
            "{\"lines\":[\"a\",\"3782-822463-10005\"]}"))
            assertThatThrownBy(() -> Json.read(body.getBytes(StandardCharsets.UTF_8), Sent.class))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem().status()).isEqualTo(422);
                    assertThat(refused.problem().code()).isEqualTo("card_number");
                    assertThat(refused.problem().toString()).doesNotContain("4242", "10005");
                });
    }

    @Test void phones_ids_articles_and_tracking_numbers_are_no_cards() {
        for (String body : List.of("{\"phone\":\"4242424242424242\"}", "{\"tracking_number\":\"4242424242424242\"}",
            "{\"note\":\"call +4915123456789012\"}", "{\"note\":\"EAN 4006381333931, order 4242424242424241\"}",
            "{\"note\":\"01980000-4242-7242-8242-424242424242\"}"))
            assertThat(Json.read(body.getBytes(StandardCharsets.UTF_8), Sent.class)).isNotNull();
    }
}
