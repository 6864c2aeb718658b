package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.embedded.Part;
import io.millrace.http.Api;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Infrastructure;
import io.millrace.testing.Shop;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Three answers to "how are you": alive, able to sell, and what is missing.
class HealthTest {
    private static Answer degraded(Client client) {
        return client.get("/actuator/health/degraded");
    }

    @Test void without_redis_and_kafka_the_shop_sells_and_says_what_is_missing() {
        try (Infrastructure own = Infrastructure.own(); Shop shop = Shop.with(own)) {
            Client client = shop.client();
            Eventually.holds("all is well", () -> degraded(client).status() == 200);
            own.crash(Part.REDIS);
            own.crash(Part.KAFKA);
            Eventually.holds("both are missed", () -> degraded(client).status() == 503
                && degraded(client).text().contains("\"kafka\":{\"status\":\"DOWN\"}")
                && degraded(client).text().contains("\"redis\":{\"status\":\"DOWN\"}"));
            assertThat(client.get("/actuator/health/readiness").expect(200).text()).contains("UP");
            client.get("/actuator/health/liveness").expect(200);
            client.get("/health").expect(200);
            client.get("/api/v1/channels").expect(200);
            assertThat(degraded(client).text()).doesNotContain("127.0.0.1", "Exception", "redis://");
            own.crash(Part.POSTGRES);
            Eventually.holds("it cannot sell", () -> client.get("/actuator/health/readiness").status() == 503);
            client.get("/actuator/health/liveness").expect(200);
            own.restart(Part.POSTGRES);
            own.restart(Part.REDIS);
            own.restart(Part.KAFKA);
            Eventually.holds("all is well again", java.time.Duration.ofSeconds(60),
                () -> degraded(client).status() == 200
                    && client.get("/actuator/health/readiness").status() == 200);
        }
    }

    @Test void metrics_name_routes_never_paths() {
        Client client = Shop.shared().client();
        for (int i = 0; i < 20; i++) {
            client.get("/api/v1/orders/" + java.util.UUID.randomUUID());
            client.get("/nowhere/" + i);
            client.send("M" + i, "/api/v1/channels", null);
        }
        String metrics = client.get("/actuator/prometheus").expect(200).text();
        assertThat(metrics).contains("uri=\"/api/v1/orders/{id}\"").doesNotContain("/nowhere/1");
        assertThat(metrics.lines().filter(line -> line.startsWith("http_server_requests")))
            .as("no id of anything stands in a route").noneMatch(line -> line.matches(".*/[0-9a-f]{8}-[0-9a-f]{4}-.*"));
        assertThat(metrics).doesNotContain("method=\"M1\"").contains("method=\"UNKNOWN\"");
        assertThat(metrics).contains("r2dbc_pool_acquired_connections", "millrace_outbox_age_seconds",
            "millrace_sse_connections", "millrace_orders_unexpected", "jvm_memory_used_bytes");
    }

    /// Guard: `management.metrics.web.server.max-uri-tags`, past which Micrometer leaves routes out without a word.
    @Test void there_is_room_in_the_metrics_for_every_route_and_the_last_one_has_its_own() {
        Shop shop = Shop.shared();
        List<String> paths = shop.bean(Api.class).routes().stream().map(Api.Route::path).distinct().toList();
        assertThat(Integer.parseInt(String.valueOf(shop.setting("management.metrics.web.server.max-uri-tags"))))
            .as("routes, pages and what is built in").isGreaterThan(paths.size() + 50);
        for (String path : paths)
            shop.client().send("OPTIONS", path.replaceAll("\\{[^}]+}", "none"), null);
        String metrics = shop.client().get("/actuator/prometheus").expect(200).text();
        assertThat(paths).filteredOn(path -> !metrics.contains("uri=\"" + path + "\"")).isEmpty();
    }

    @Test void nothing_else_of_the_inside_is_on_show() {
        Client client = Shop.shared().client();
        for (String door : java.util.List.of("env", "beans", "configprops", "heapdump", "threaddump", "loggers",
            "mappings", "shutdown", "flyway", "metrics"))
            client.get("/actuator/" + door).expect(404);
        assertThat(client.get("/actuator/health").expect(200).text()).doesNotContain("details");
    }
}
