package load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;
import java.util.UUID;

/// eBuildify's own mix (F273): seven of ten look for cement, three of ten order ten bags of it.
public class BuildersMix extends Simulation {
    private final String[] product = TheShop.product("ebuildify", "GHS", "95.00", 50_000_000);
    private final String order = TheShop.order(product[1], 10, "cod", "GH", TheShop.shipping("ebuildify"));

    public BuildersMix() {
        setUp(scenario("ebuildify").randomSwitch().on(
                percent(70.0).then(exec(http("search cement").get("/api/v1/products/search?q=cement")
                    .check(status().is(200)))),
                percent(30.0).then(exec(session -> session.set("key", UUID.randomUUID().toString()))
                    .exec(http("order ten bags").post("/api/v1/orders").header("Idempotency-Key", "#{key}")
                        .body(StringBody(order)).asJson().check(status().is(201)))))
            .injectOpen(constantUsersPerSec(TheShop.USERS).during(TheShop.SECONDS)))
            .protocols(TheShop.protocol("ebuildify"))
            .assertions(global().failedRequests().count().is(0L));
    }
}
