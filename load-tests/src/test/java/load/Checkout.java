package load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAsDuring;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Guests fill a cart with three goods, order, pay in the sandbox as Stripe.js would, and find the order paid.
public class Checkout extends Simulation {
    private static final String CONTACT = """
        {"payment_method":"stripe","shipping_method":"%s",
         "contact":{"name":"Load Tester","email":"load@example.com","phone":"+15055550123"},
         "shipping_address":{"name":"Load Tester","line1":"1 River Road","city":"Pecos","country":"US"}}""";

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final List<Map<String, Object>> goods = TheShop.plenty("pecos", "USD").stream()
        .<Map<String, Object>>map(id -> Map.of("variant", id)).toList();
    private final String order = CONTACT.formatted(TheShop.shipping("pecos"));

    private final ChainBuilder fill = repeat(3).on(feed(listFeeder(goods).random())
        .doIfOrElse(session -> session.contains("cart")).then(
            exec(http("add to cart").post("/api/v1/cart/items").header("X-Cart-Token", "#{cart}")
                .body(StringBody("{\"variant_id\":\"#{variant}\",\"quantity\":1}")).asJson()
                .check(status().in(200, 201))))
        .orElse(
            exec(http("first to cart").post("/api/v1/cart/items")
                .body(StringBody("{\"variant_id\":\"#{variant}\",\"quantity\":1}")).asJson()
                .check(status().in(200, 201), header("X-Cart-Token").saveAs("cart")))));

    private final ChainBuilder buy = exec(session -> session.set("key", UUID.randomUUID().toString()))
        .exec(http("place order").post("/api/v1/orders").header("X-Cart-Token", "#{cart}")
            .header("Idempotency-Key", "#{key}").body(StringBody(order)).asJson()
            .check(status().is(201), jsonPath("$.data.id").saveAs("order"),
                jsonPath("$.data.order_token").saveAs("token"),
                jsonPath("$.data.payment.client_secret").optional().saveAs("secret"),
                jsonPath("$.data.payment.provider_reference").optional().saveAs("intent")))
        .exec(TheShop.opened())
        .exec(http("confirm at stripe").post("/sandbox/stripe/v1/payment_intents/#{intent}/confirm")
            .formParam("key", TheShop.STRIPE_KEY).formParam("client_secret", "#{secret}")
            .formParam("payment_method", "pm_card_visa").check(status().is(200)));

    // a silent request does not fail its user, so trying again has to ask for what was seen
    private final ChainBuilder see = exec(session -> session.set("state", "pending"))
        .exec(asLongAsDuring(session -> !"paid".equals(session.getString("state")), PATIENCE)
            .on(pause(Duration.ofMillis(250)).exec(http("see it paid").get("/api/v1/orders/#{order}")
                .header("X-Order-Token", "#{token}").silent()
                .check(jsonPath("$.data.payment_status").saveAs("state")))))
        .exec(http("paid").get("/api/v1/orders/#{order}").header("X-Order-Token", "#{token}")
            .check(status().is(200), jsonPath("$.data.payment_status").is("paid")));

    public Checkout() {
        setUp(scenario("checkout").exec(fill).exec(doIf(session -> session.contains("cart")).then(buy, see))
            .injectOpen(rampUsersPerSec(1).to(TheShop.USERS).during(5),
                constantUsersPerSec(TheShop.USERS).during(TheShop.SECONDS)))
            .protocols(TheShop.protocol("pecos"))
            .assertions(global().failedRequests().percent().lt(0.1));
    }
}
