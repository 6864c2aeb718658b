package io.millrace.customer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// F026: tokens of providers, described by the providers, and never a card number.
class SavedMethodTest {
    private final Shop shop = Shop.shared();
    private final People people = new People(shop);
    private final Client ann = people.somebody("pecos");

    @Test void a_card_is_kept_by_its_token_and_described_by_its_provider() {
        Answer kept = ann.post("user/payment-methods", token("pm_card_mastercard")).expect(201);
        assertThat(kept.data().path("brand").asString()).isEqualTo("mastercard");
        assertThat(kept.data().path("last4").asString()).isEqualTo("4444");
        assertThat(kept.text()).as("the token stays with us").doesNotContain("pm_card");
        ann.post("user/payment-methods", token("pm_card_mastercard")).expect(200);
        assertThat(ann.get("user/payment-methods").expect(200).data().size()).isEqualTo(1);
        String path = "user/payment-methods/" + kept.data().path("id").asString();
        people.somebody("pecos").delete(path).expect(404);
        ann.delete(path).expect(204);
        ann.delete(path).expect(404);
        assertThat(ann.get("user/payment-methods").data().size()).isZero();
    }

    @Test void the_clients_own_description_is_not_taken() {
        ann.post("user/payment-methods", Map.of("provider", "stripe", "token", "pm_card_visa", "brand", "amex"))
            .expect(422);
        ann.post("user/payment-methods", Map.of("provider", "stripe", "token", "pm_card_visa", "last4", "0000"))
            .expect(422);
        for (String nobody : List.of("pm_unknown", "tok_visa", "../refunds", "pm_card_visa/../../refunds", "pm_x?y"))
            ann.post("user/payment-methods", token(nobody)).expect(422);
        ann.post("user/payment-methods", Map.of("provider", "cod", "token", "pm_card_visa")).expect(422);
        ann.post("user/payment-methods", Map.of("provider", "nobody", "token", "pm_card_visa")).expect(422);
        assertThat(ann.post("user/payment-methods", token("pm_card_visa_chargeDeclinedExpiredCard")).expect(422).code())
            .isEqualTo("card_expired");
    }

    /// Guard: the raw body is looked through before anything is read of it. Without it one in `token` would be sent
    /// out, and one that is a JSON number be taken for another mistake.
    @Test void anything_like_a_card_number_is_refused_and_masked_wherever_it_stands() {
        for (Map<String, Object> body : List.<Map<String, Object>>of(token("4242424242424242"),
            token("4242 4242 4242 4242"), Map.of("number", "5555-5555-5555-4444"), Map.of("card", 378282246310005L),
            Map.of("provider", "stripe", "token", "pm_card_visa", "x", Map.of("pan", "4000000000000002")))) {
            Answer refused = ann.post("user/payment-methods", body).expect(422);
            assertThat(refused.code()).isEqualTo("card_number");
            assertThat(refused.text()).containsPattern("\\*{4} \\d{4}").doesNotContain("424242")
                .doesNotContain("555555");
        }
        assertThat(shop.database().number("select count(*) from customer.methods where token ~ '\\d{13}'")).isZero();
    }

    /// Guard: the unique constraint, and the book before it. Without either the same card is kept many times.
    @Test void the_same_card_at_once_is_kept_once() {
        List<Answer> answers = People.atOnce(10, i -> ann.post("user/payment-methods", token("pm_card_visa")));
        assertThat(People.count(answers, 201)).as(answers.toString()).isEqualTo(1);
        assertThat(People.count(answers, 200)).isEqualTo(9);
    }

    private static Map<String, Object> token(String token) {
        return Map.of("provider", "stripe", "token", token);
    }
}
