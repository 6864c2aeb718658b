package load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.regex;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.sse;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// Guests order, open the order's live stream, pay, and hear `order.paid` on it within ten seconds.
public class OrderStream extends Simulation {
    private final List<String> goods = TheShop.variants("pecos");
    private final String shipping = TheShop.shipping("pecos");

    public OrderStream() {
        setUp(scenario("order stream")
            .exec(session -> session.set("key", UUID.randomUUID().toString()).set("body", TheShop.order(
                goods.get(ThreadLocalRandom.current().nextInt(goods.size())), 1, "stripe", "US", shipping)))
            .exec(http("place order").post("/api/v1/orders").header("Idempotency-Key", "#{key}")
                .body(StringBody("#{body}")).asJson()
                .check(status().is(201), jsonPath("$.data.id").saveAs("order"),
                    jsonPath("$.data.order_token").saveAs("token"),
                    jsonPath("$.data.payment.client_secret").optional().saveAs("secret"),
                    jsonPath("$.data.payment.provider_reference").optional().saveAs("intent")))
            .exitHereIfFailed()
            .exec(TheShop.opened())
            .exec(sse("open the stream").get("/api/v1/orders/#{order}/events").header("X-Order-Token", "#{token}")
                .await(10).on(sse.checkMessage("placed").check(regex("order\\.placed"))))
            .exec(http("confirm at stripe").post("/sandbox/stripe/v1/payment_intents/#{intent}/confirm")
                .formParam("key", TheShop.STRIPE_KEY).formParam("client_secret", "#{secret}")
                .formParam("payment_method", "pm_card_visa").check(status().is(200)))
            .exec(sse("hear it paid").setCheck().await(10).on(
                sse.checkMessage("paid").matching(regex("order\\.paid")).check(regex("order\\.paid"))))
            .exec(sse("close").close())
            .injectOpen(constantUsersPerSec(TheShop.USERS).during(TheShop.SECONDS)))
            .protocols(TheShop.protocol("pecos"))
            .assertions(global().failedRequests().percent().lt(0.5));
    }
}
