package load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// Everybody wants the one thing there is too little of. Every unit is sold once: not one more, and none left over.
public class FlashSale extends Simulation {
    private static final long STOCK = Long.getLong("stock", 500);
    private static final int BUYERS = Integer.getInteger("buyers", 2_000);

    private final String[] product = TheShop.product("pecos", "USD", "9.99", STOCK);
    private final String order = TheShop.order(product[1], 1, "stripe", "US", TheShop.shipping("pecos"));
    private final AtomicLong sold = new AtomicLong();

    public FlashSale() {
        setUp(scenario("flash sale")
            .exec(session -> session.set("key", UUID.randomUUID().toString()))
            .exec(http("order the scarce one").post("/api/v1/orders").header("Idempotency-Key", "#{key}")
                .body(StringBody(order)).asJson().check(status().in(201, 409).saveAs("status")))
            .exec(session -> {
                if (session.contains("status") && session.getInt("status") == 201) sold.incrementAndGet();
                return session;
            })
            .injectOpen(rampUsers(BUYERS).during(TheShop.SECONDS)))
            .protocols(TheShop.protocol("pecos"))
            .assertions(global().failedRequests().count().is(0L));
    }

    @Override public void after() {
        System.out.println("flash sale: " + STOCK + " in stock, " + BUYERS + " buyers, " + sold + " orders placed");
        System.out.println("stock now: " + TheShop.stock(product[0], "pecos"));
        if (sold.get() != Math.min(STOCK, BUYERS))
            throw new AssertionError("sold " + sold + " of " + STOCK + " to " + BUYERS + " buyers");
    }
}
