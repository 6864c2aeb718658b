package io.millrace.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A buyer, a card, the simulated Stripe with its webhooks on, and the whole way up.
class PayingTest {
    private static Shop shop;
    private static Till till;

    @BeforeAll static void open() {
        shop = Till.shop(true);
        till = new Till(shop);
    }

    @AfterAll static void close() {
        till.oracle();
        shop.close();
    }

    @Test void a_card_pays_and_the_webhook_books_it_once() {
        Till.Placed placed = till.place("149.99 USD");
        assertThat(placed.view().status()).isEqualTo("pending");
        assertThat(placed.view().clientSecret()).startsWith(placed.object() + "_secret_");
        till.confirm(placed, "pm_card_visa").expect(200);
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("captured"));
        assertThat(till.captures(placed)).isEqualTo(1);
        assertThat(till.heard(placed)).containsExactly("PaymentOpened", "PaymentCaptured");
    }
}
