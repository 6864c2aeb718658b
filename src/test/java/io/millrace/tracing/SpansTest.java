package io.millrace.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.millrace.catalog.VariantDraft;
import io.millrace.money.Money;
import io.millrace.postgres.Postgres;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A request's trace as a collector sees it: HTTP, the statements under it, and the facts that went through Kafka.
class SpansTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    @Test void without_a_collector_pipelines_are_handed_back_as_they_came() {
        Flux<Integer> rows = Flux.just(1);
        Mono<Integer> one = Mono.just(1);
        assertThat(Spans.OFF.step(Span.Kind.CLIENT, "x", Map.of(), rows)).isSameAs(rows);
        assertThat(Spans.OFF.own(Span.Kind.CONSUMER, "x", Map.of(), one)).isSameAs(one);
        assertThat(Shop.shared().bean(Spans.class)).isSameAs(Spans.OFF);
    }

    @Test void a_share_of_the_traces_is_told_the_same_ones_on_every_node() {
        Collector nobody = new Collector(java.net.URI.create("http://localhost:9/"),
            new io.micrometer.core.instrument.simple.SimpleMeterRegistry());
        Spans half = new Spans(nobody, 0.5);
        long told = java.util.stream.IntStream.range(0, 2_000).mapToObj(i -> Trace.continued(null))
            .filter(half::wants).count();
        assertThat(told).isBetween(800L, 1_200L);
        Trace one = Trace.continued(null);
        assertThat(new Spans(nobody, 1).wants(one)).isTrue();
        assertThat(new Spans(nobody, 0).wants(one)).isFalse();
        assertThat(half.wants(one)).isEqualTo(half.wants(one.child()));
        assertThat(new Spans(nobody, 1).wants(Trace.continued("00-" + TRACE + "-" + CALLER + "-00")))
            .as("the caller samples it not").isFalse();
    }

    @Test void a_request_is_told_with_its_statements_and_its_facts_and_never_with_a_value() throws IOException {
        Queue<JsonNode> told = new ConcurrentLinkedQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            JsonNode body = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
            body.path("resourceSpans").get(0).path("scopeSpans").get(0).path("spans").forEach(told::add);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        String endpoint = "http://localhost:" + collector.getAddress().getPort() + "/v1/traces";
        try (Shop shop = Shop.with("millrace.tracing.endpoint", endpoint)) {
            UUID boots = new Wares(shop).save("pecos", "Traced boots", VariantDraft.piece("traced-boots", "",
                Money.parse("10.00 USD"), 10L)).variants().getFirst().id();
            told.clear();
            Client traced = shop.client().channel("pecos").with("traceparent", "00-" + TRACE + "-" + CALLER + "-01");
            Answer added = traced.post("cart/items", Map.of("variant_id", boots, "quantity", 1)).expect(201);
            String secret = String.valueOf(added.header("X-Cart-Token"));
            Answer placed = traced.with("X-Cart-Token", secret).post("orders", order()).expect(201);
            Eventually.holds("request, statements, publishing and hearing are told: " + names(told),
                () -> names(told).keySet().containsAll(List.of(2, 3, 4, 5)));
            JsonNode request = told.stream().filter(span -> span.path("name").asString()
                .equals("POST /api/v1/orders")).findFirst().orElseThrow();
            assertThat(request.path("parentSpanId").asString()).as("caused by the caller").isEqualTo(CALLER);
            assertThat(told).as("one trace").filteredOn(span -> span.path("traceId").asString().equals(TRACE))
                .filteredOn(span -> span.path("parentSpanId").equals(request.path("spanId")))
                .extracting(span -> span.path("kind").asInt()).as("statements under the request, then its facts")
                .contains(3, 4, 5);
            assertThat(told.toString()).contains("db.query.text").doesNotContain(secret).doesNotContain("Ada Traced")
                .doesNotContain(placed.data().path("order_token").asString());
            assertThat(traced.get("orders/" + UUID.randomUUID()).status()).isEqualTo(404);
            Eventually.holds("a refused request is told too", () -> names(told).getOrDefault(2, List.of()).stream()
                .anyMatch(name -> name.equals("GET /api/v1/orders/{id}")));
            collector.stop(0);
            assertThat(shop.bean(Postgres.class).query("select 1 as one", Map.of(), row -> 1).blockLast())
                .as("the shop does not need its collector").isEqualTo(1);
            shop.client().get("/health").expect(200);
        } finally {
            collector.stop(0);
        }
    }

    private static Map<Integer, List<String>> names(Queue<JsonNode> told) {
        Map<Integer, List<String>> names = new LinkedHashMap<>();
        told.stream().filter(span -> span.path("traceId").asString().equals(TRACE)).forEach(span -> names.merge(
            span.path("kind").asInt(), List.of(span.path("name").asString()),
            (some, more) -> java.util.stream.Stream.concat(some.stream(), more.stream()).toList()));
        return names;
    }

    private static Map<String, Object> order() {
        return Map.of("contact", Map.of("name", "Ada Traced", "email", "ada@example.com"), "payment_method", "cod",
            "shipping_method", "pickup");
    }
}
