package io.millrace.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.Objects;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A bad day at the provider: webhooks twice, late, out of order, lost or forged first; calls that fail, and calls that
/// happened but were not answered. In the end everything agrees to the cent.
class ChaosTest {
    private static final int PAYMENTS = 12 * Integer.getInteger("scale", 1);

    @Test void everything_is_paid_once_and_refunded_once_on_a_bad_day() {
        long seed = Long.getLong("seed", System.nanoTime());
        try (Shop shop = Shop.with("millrace.probe", "true", "millrace.sandbox.retries", "100ms,200ms,400ms,800ms")) {
            Till till = new Till(shop);
            shop.client().put("/sandbox/chaos", Map.of("duplicate", 0.4, "delay_ms", 150, "reorder", 0.3, "drop", 0.3,
                "forge", 0.3, "fail", 0.2, "lose", 0.2, "seed", seed)).expect(200);
            List<Till.Placed> placed = new ArrayList<>();
            for (int i = 0; i < PAYMENTS; i++) placed.add(opened(till, till.place("20.00 USD")));
            for (Till.Placed one : placed) pay(till, one);
            for (Till.Placed one : placed) Eventually.holds("paid, seed " + seed, Duration.ofSeconds(60), () -> {
                shop.client().post("payments/process", Map.of("payment_intent_id", one.object()));
                return till.status(one).equals("captured");
            });
            for (Till.Placed one : placed)
                assertThat(Till.now(till.payments.refund(one.payment(), null, "bad day",
                    List.of()))).isInstanceOf(Refunding.Wanted.class);
            for (Till.Placed one : placed) Eventually.holds("refunded, seed " + seed, Duration.ofSeconds(60), () -> {
                till.database.execute("update payment.refunds set look_at = now() where look_at is not null "
                    + "and tries > 0 and look_at > now() + interval '1 second'");
                return till.status(one).equals("refunded");
            });
            shop.client().put("/sandbox/chaos", Map.of()).expect(200);
            Eventually.holds("no delivery is pending, seed " + seed, Duration.ofSeconds(60), () -> {
                till.database.execute("update payment.webhook_inbox set look_at = now() where status = 'pending'");
                return till.database.number("select count(*) from payment.webhook_inbox where status = 'pending'") == 0;
            });
            till.oracle();
            assertThat(till.database.number("select count(*) from sandbox.refunds")).as("one refund each, seed " + seed)
                .isEqualTo(PAYMENTS);
        }
    }

    /// The opening may have gone unanswered; the sweep goes on until it is.
    private static Till.Placed opened(Till till, Till.Placed placed) {
        if (placed.view().clientSecret() != null) return placed;
        Eventually.holds("opened by the sweep", Duration.ofSeconds(60), () -> till.status(placed).equals("pending"));
        return new Till.Placed(placed.ref(), placed.payment(),
            Objects.requireNonNull(till.payments.of(placed.ref()).blockFirst()));
    }

    /// A buyer presses again until the page says something.
    private static void pay(Till till, Till.Placed placed) {
        Eventually.holds("confirmed", Duration.ofSeconds(60),
            () -> till.confirm(placed, "pm_card_visa").status() != 500);
    }
}
