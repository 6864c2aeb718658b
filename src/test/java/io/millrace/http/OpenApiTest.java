package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Contract;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OpenApiTest {
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();
    private final Contract contract = Contract.of(client);

    @Test void every_route_is_in_the_document_and_the_document_has_no_other() {
        Set<String> routes = shop.bean(Api.class).routes().stream()
            .filter(route -> !route.path().startsWith(ProbeRoutes.PATH) && !route.path().startsWith("/sandbox"))
            .map(route -> route.method() + " " + route.path()).collect(Collectors.toCollection(TreeSet::new));
        Set<String> undocumented = new TreeSet<>(routes);
        undocumented.removeAll(contract.operations());
        Set<String> invented = new TreeSet<>(contract.operations());
        invented.removeAll(routes);
        assertThat(undocumented).as("write them into src/main/resources/openapi/rooms/").isEmpty();
        assertThat(invented).as("no such route").isEmpty();
    }

    @Test void what_a_route_demands_is_what_the_document_says() {
        JsonNode paths = client.get("/api-docs/openapi.json").json().path("paths");
        for (Api.Route route : shop.bean(Api.class).routes()) {
            JsonNode operation =
                paths.path(route.path()).path(route.method().name().toLowerCase(java.util.Locale.ROOT));
            if (operation.isMissingNode()) continue;
            String security = operation.path("security").toString();
            String wanted = switch (route.access()) {
                case Access.Anyone() -> "(\\[]|\\[\\{},\\{\"bearer\":\\[]}])";
                case Access.SignedIn() -> "\\[\\{\"bearer\":\\[]}]";
                case Access.Needs(var permission) -> "\\[\\{\"bearer\":\\[\"" + permission + "\"]}]";
            };
            assertThat(security).as(route.method() + " " + route.path()).matches(wanted);
        }
    }

    @Test void every_reference_leads_somewhere() {
        JsonNode document = client.get("/api-docs/openapi.json").json();
        for (JsonNode ref : document.findValues("$ref"))
            assertThat(document.at(ref.asString().substring(1)).isMissingNode()).as(ref.asString()).isFalse();
        Set<String> ids = new TreeSet<>();
        for (JsonNode id : document.findValues("operationId"))
            assertThat(ids.add(id.asString())).as(id.asString()).isTrue();
    }

    @Test void the_viewer_and_the_document_come_from_this_server_alone() {
        Answer page = client.with("Accept", "text/html").get("/api-docs").expect(200);
        assertThat(page.text()).contains("swagger-ui-bundle.js").doesNotContain("https://").doesNotContain("{version}");
        for (String file : List.of("swagger-ui-bundle.js", "swagger-ui.css")) {
            String path = page.text().replaceFirst("(?s).*\"(/webjars/[^\"]*" + file + ")\".*", "$1");
            client.get(path).expect(200);
        }
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'self'").doesNotContain("unsafe-eval");
        assertThat(client.get("/api-docs/viewer.js").expect(200).text()).contains("/api-docs/openapi.json");
        assertThat(client.get("/api-docs/openapi.yaml").expect(200).text()).contains("openapi: 3.1.0");
    }

    @Test void answers_of_several_rooms_keep_the_contract() {
        Answer admin = client.post("/api/v1/auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200);
        Client boss = client.bearer(admin.data().path("access_token").asString());
        contract.check(admin);
        contract.check(client.post("/api/v1/auth/register", Map.of("email", UUID.randomUUID() + "@example.com",
            "password", "correct horse", "first_name", "A", "last_name", "B")));
        contract.check(client.post("/api/v1/auth/register", Map.of()));
        contract.check(client.post("/api/v1/auth/login", Map.of("email", "a@example.com", "password", "x")));
        for (String path : List.of("/auth/me", "/channels", "/channels/pecos", "/products", "/products/featured",
            "/products/search?q=mug", "/products/none", "/categories", "/cart", "/checkout/shipping-methods",
            "/checkout/payment-methods", "/orders", "/payments", "/admin/orders", "/admin/orders/unexpected",
            "/admin/products", "/admin/ledger/trial-balance", "/admin/dead-letters", "/events", "/admin/imports",
            "/admin/webhooks", "/admin/payments/reviews", "/admin/price-lists", "/admin/price-lists/pecos",
            "/orders/" + UUID.randomUUID(), "/inventory/product/" + UUID.randomUUID()))
            contract.check(boss.get("/api/v1" + path));
        contract.check(client.get("/api/v1/admin/orders"));
        contract.check(client.with("Accept", "application/problem+json").get("/api/v1/orders"));
        contract.check(client.with("Accept", "application/x-ndjson").get("/api/v1/products"));
    }

    @Test void an_answer_that_breaks_the_contract_is_found() {
        Answer me = client.get("/api/v1/channels").expect(200);
        Answer more = new Answer(me.request(), 200, me.headers(),
            me.text().replaceFirst("\"code\":", "\"secret\":1,\"code\":").getBytes());
        Answer less =
            new Answer(me.request(), 200, me.headers(), me.text().replaceAll("\"code\":\"[a-z]+\",", "").getBytes());
        Answer other = new Answer(me.request(), 202, me.headers(), me.bytes());
        for (Answer broken : List.of(more, less, other))
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> contract.check(broken))
                .isInstanceOf(AssertionError.class);
    }

    @Test void a_checked_client_refuses_what_the_document_does_not_know() {
        client.checked().get("/api/v1/channels").expect(200);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.checked().get("/api/v1/probe"))
            .isInstanceOf(AssertionError.class).hasMessageContaining("not in the document");
    }

    @Test void somebody_is_there() {
        assertThat(client.get("/health").expect(200).data().path("status").asString()).isEqualTo("up");
    }
}
