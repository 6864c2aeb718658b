package io.millrace.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// S1 eBuildify, as far as its rooms stand: a card is verified, bulk prices on both sides of every break.
/// Credit, delivery zones, drivers, bookings and Flutterwave are later issues.
class EbuildifyJourneyTest extends Journey {
    EbuildifyJourneyTest() {
        super("ebuildify", "ebuildify");
    }

    @Test void a_contractor_shows_his_card_and_at_150_bags_the_bulk_price_of_cement_starts() {
        showsHisCard();
        transcript.heading("2. 149 and 150 bags of cement");
        assertThat(subtotal(149)).isEqualByComparingTo("14155.00");
        assertThat(subtotal(150)).isEqualByComparingTo("13425.00");
        assertThat(subtotal(499)).isEqualByComparingTo("44660.50");
        assertThat(subtotal(500)).isEqualByComparingTo("43000.00");
        transcript.approved();
    }

    private void showsHisCard() {
        transcript.heading("1. A contractor registers with a +233 phone and shows a Ghana Card");
        Map<String, String> who = Map.of("email", "kofi-" + key() + "@example.com", "password", "Wander-2026",
            "first_name", "Kofi", "last_name", "Boateng", "phone", "+233201234567");
        assertThat(visitor().post("auth/register", who).status()).isBetween(200, 202);
        Client kofi = visitor().bearer(visitor().post("auth/login", Map.of("email", who.get("email"), "password",
            who.get("password"))).expect(200).data().path("access_token").asString());
        post(kofi, "user/verifications", inOrder("kind", "ghana_card", "number", "GHA-12345678-9")).expect(422);
        String id = post(kofi, "user/verifications", inOrder("kind", "ghana_card", "number", "GHA-123456780-0"))
            .expect(202).data().path("id").asString();
        Eventually.holds("the card is verified", () -> kofi.get("user/verifications/" + id).expect(200).data()
            .path("state").asString().equals("verified"));
        get(kofi, "user/verifications/" + id).expect(200);
    }

    /// What the bags cost less their discount, before delivery and tax.
    private BigDecimal subtotal(int bags) {
        Client guest = guestWith(variant("portland-cement-42-5r", ""), bags);
        Answer quote = get(guest, "cart/quote").expect(200);
        JsonNode data = quote.data();
        BigDecimal goods = amount(data, "subtotal");
        BigDecimal discount = amount(data, "discount_total");
        if (bags >= 150) assertThat(discount).as("the bulk difference is shown").isPositive();
        else assertThat(discount).isZero();
        // a client sees at once what it would pay without the break
        assertThat(goods).isEqualByComparingTo(new BigDecimal("95.00").multiply(BigDecimal.valueOf(bags)));
        assertThat(Map.of("currency", data.path("total").path("currency").asString())).containsValue("GHS");
        return goods.subtract(discount);
    }

    private static BigDecimal amount(JsonNode node, String field) {
        return new BigDecimal(node.path(field).path("amount").asString());
    }
}
