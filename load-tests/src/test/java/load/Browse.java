package load;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Simulation;
import java.util.List;
import java.util.Map;

/// Visitors look around: a list, a page of it sorted, a search with a typo, one product, and the same again, unchanged.
public class Browse extends Simulation {
    private static final List<Map<String, Object>> WORDS = List.of(Map.of("word", "boots"), Map.of("word", "watrproof"),
        Map.of("word", "tent"), Map.of("word", "hat"), Map.of("word", "camp"));

    private final ChainBuilder look = feed(listFeeder(WORDS).random())
        .exec(http("list").get("/api/v1/products?per_page=20").check(status().is(200),
            jsonPath("$.data[*].slug").findRandom().saveAs("slug")))
        .exec(http("sorted page").get("/api/v1/products?per_page=10&page=2&sort=price").check(status().is(200)))
        .exec(http("search").get("/api/v1/products/search?q=#{word}").check(status().is(200)))
        .exec(http("detail").get("/api/v1/products/#{slug}").check(status().is(200),
            jsonPath("$.data.slug").isEL("#{slug}"), header("ETag").saveAs("etag")))
        .exec(http("detail unchanged").get("/api/v1/products/#{slug}").header("If-None-Match", "#{etag}")
            .check(status().is(304)));

    public Browse() {
        setUp(scenario("browse").exec(exec(look)).injectOpen(rampUsersPerSec(1).to(TheShop.USERS).during(5),
            constantUsersPerSec(TheShop.USERS).during(TheShop.SECONDS)))
            .protocols(TheShop.protocol("pecos"))
            .assertions(global().failedRequests().count().is(0L));
    }
}
