package io.millrace.payment.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.money.Money;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StripeAmountTest {
    @Test void each_currency_has_stripes_own_decimals() {
        Map<String, Long> wire = Map.of("149.99 USD", 14999L, "500 JPY", 500L, "500 UGX", 50000L, "7 ISK", 700L,
            "1.230 KWD", 1230L, "12 MGA", 12L, "99.50 INR", 9950L, "5 XOF", 5L);
        wire.forEach((text, amount) -> {
            Money money = Money.parse(text);
            assertThat(StripeAmount.toWire(money)).as(text).isEqualTo(amount);
            assertThat(StripeAmount.fromWire(amount, money.currency().getCurrencyCode().toLowerCase(
                java.util.Locale.ROOT))).isEqualTo(money);
        });
    }

    @Test void what_stripe_cannot_take_exactly_is_refused() {
        for (String text : new String[]{"1.234 KWD", "12.34 MGA"})
            assertThatThrownBy(() -> StripeAmount.toWire(Money.parse(text))).as(text)
                .isInstanceOf(IllegalArgumentException.class);
    }
}
