package load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAsDuring;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.regex;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.sse;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.CheckBuilder;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/// Guests order, open the order's live stream, pay, and hear `order.paid` on it within ten seconds.
public class OrderStream extends Simulation {
    private static final CheckBuilder PLACED = regex("order\\.placed");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<String> goods = TheShop.plenty("pecos", "USD");
    private final String shipping = TheShop.shipping("pecos");
    private final LongAdder paying = new LongAdder();
    private final LongAdder heard = new LongAdder();

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
                .await(10).on(sse.checkMessage("placed").matching(PLACED).check(PLACED)))
            .exitHereIfFailed()
            .exec(http("confirm at stripe").post("/sandbox/stripe/v1/payment_intents/#{intent}/confirm")
                .formParam("key", TheShop.STRIPE_KEY).formParam("client_secret", "#{secret}")
                .formParam("payment_method", "pm_card_visa").check(status().is(200)))
            .exitHereIfFailed()
            .exec(session -> {
                paying.increment();
                return session;
            })
            // the news may come before this user is told that Stripe took the money, so it is looked for among all
            // that was heard
            .exec(asLongAsDuring(session -> !session.contains("paid"), PATIENCE).on(pause(Duration.ofMillis(50))
                .exec(sse.processUnmatchedMessages((messages, session) -> {
                    if (messages.stream().noneMatch(message -> message.message().contains("order.paid")))
                        return session;
                    heard.increment();
                    return session.set("paid", true);
                }))))
            .exec(sse("close").close())
            .injectOpen(constantUsersPerSec(TheShop.USERS).during(TheShop.SECONDS)))
            .protocols(TheShop.protocol("pecos").sseUnmatchedInboundMessageBufferSize(20))
            .assertions(global().failedRequests().percent().lt(0.5));
    }

    @Override public void after() {
        System.out.println("order stream: " + paying + " paid, " + heard + " heard of it within " + PATIENCE.toSeconds()
            + " s");
        if (heard.sum() < paying.sum() || paying.sum() == 0)
            throw new AssertionError("heard " + heard + " of " + paying + " payments");
    }
}
