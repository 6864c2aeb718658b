package io.millrace.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Again;
import io.millrace.testing.Answer;
import io.millrace.testing.CuttableProxy;
import io.millrace.testing.Eventually;
import io.millrace.testing.Oracle;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A provider that takes every call and answers none: placing goes on in bounded time, the shop says that it is
/// degraded, and when the provider is back every payment opens by itself.
///
/// Guard: [Circuit]. Without it every placing waits for the provider's timeout, and `not_asked` stays at none.
class CircuitTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final long PLACING_MS_MAX = 10_000;
    private static final int PAYMENTS = 20;

    @Again void a_silent_provider_is_not_asked_for_a_while_and_payments_open_when_it_is_back() {
        try (CuttableProxy wire = CuttableProxy.to("127.0.0.1", 1);
            Shop shop = Shop.with("millrace.probe", "true", "millrace.sandbox.webhook-urls",
                "http://127.0.0.1:9/nobody", "millrace.payment.stripe.base-url",
                "http://127.0.0.1:" + wire.port() + "/sandbox/stripe",
                "millrace.payment.stripe.timeout", "1s", "millrace.payment.rest", "1s")) {
            wire.aim(shop.port());
            Till till = new Till(shop);
            assertThat(till.place("10.00 USD").view().status()).isEqualTo("pending");
            assertThat(degraded(shop).text()).contains("\"stripe\":{\"status\":\"UP\"}");
            wire.stall();
            List<Till.Placed> placed = new ArrayList<>();
            for (int i = 0; i < PAYMENTS; i++) {
                long began = System.nanoTime();
                placed.add(till.place("20.00 USD"));
                assertThat(Duration.ofNanos(System.nanoTime() - began).toMillis()).isLessThan(PLACING_MS_MAX);
            }
            assertThat(placed).allSatisfy(one -> assertThat(one.view().clientSecret()).isNull());
            assertThat(metric(shop, "outcome=\"not_asked\"")).as("most were not even asked")
                .isGreaterThan(PAYMENTS / 2.0);
            assertThat(degraded(shop).status()).isEqualTo(503);
            assertThat(degraded(shop).text()).contains("\"stripe\":{\"status\":\"DOWN\"}");
            shop.client().get("/actuator/health/readiness").expect(200);
            wire.restore();
            Eventually.holds("every payment opens", LONG, () -> placed.stream()
                .allMatch(one -> till.status(one).equals("pending")));
            Eventually.holds("the shop is whole again", LONG, () -> degraded(shop).status() == 200);
            Oracle.of(till.database).holds();
        }
    }

    private static Answer degraded(Shop shop) {
        return shop.client().get("/actuator/health/degraded");
    }

    private static double metric(Shop shop, String tag) {
        return shop.client().get("/actuator/prometheus").expect(200).text().lines()
            .filter(line -> line.startsWith("millrace_provider_calls_total") && line.contains(tag))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
