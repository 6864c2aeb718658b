package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;

/// Attack 1 (OWASP API1 object level authorisation, ASVS 8.2.2): whatever has an id in its path and belongs to somebody
/// answers somebody else as if it did not exist. A route with an id that is neither probed nor declared public is red.
class ForeignIdsTest {
    /// Everybody may name these: they belong to the shop, or are proven by what the path itself says.
    private static final Set<String> PUBLIC = Set.of("/api/v1/products/{id}", "/api/v1/products/{productId}/stock",
        "/api/v1/variants/product/{id}", "/api/v1/categories/{id}", "/api/v1/categories/{id}/products",
        "/api/v1/channels/{code}", "/api/v1/webhooks/{provider}", "/api/v1/auth/oauth/{provider}",
        "/api/v1/auth/oauth/{provider}/link", "/api/v1/auth/callback/{provider}",
        // names a product, touches only the caller's own list; the token of a shared list is its proof
        "/api/v1/wishlist/{productId}", "/api/v1/wishlist/shared/{token}");

    private final Shop shop = Shop.shared();
    private final People people = new People(shop);
    private final Client owner = people.customer().channel("pecos");
    private final Client other = people.customer().channel("pecos");
    private final Client guest = shop.client().channel("pecos");

    /// What the owner has, by the start of the paths that name it.
    private Map<String, String> owned() {
        Map<String, String> owned = new LinkedHashMap<>();
        UUID boots = new Wares(shop).variant("pecos", "Boots", "100.00 USD");
        shop.database().execute("update inventory.pools set on_hand = 100 where id = "
            + "(select pool_id from inventory.draws where variant_id = ?)", boots);
        Answer order = owner.post("orders", Map.of("items", List.of(Map.of("variant_id", boots, "quantity", 1)),
            "contact", Map.of("name", "Ann Lee", "email", "ann@example.com", "phone", "+12025550123"),
            "shipping_address", address(), "payment_method", "stripe")).expect(201);
        owned.put("/api/v1/orders/{id}", id(order));
        owned.put("/api/v1/payments/{id}", order.data().path("payment").path("id").asString());
        owned.put("/api/v1/cart/items/{id}", owner.post("cart/items", Map.of("variant_id", boots, "quantity", 1))
            .expect(201).data().path("items").get(0).path("id").asString());
        owned.put("/api/v1/user/addresses/{id}", id(owner.post("user/addresses", address()).expect(201)));
        owned.put("/api/v1/user/payment-methods/{id}", id(owner.post("user/payment-methods", Map.of("provider",
            "stripe", "token", "pm_card_mastercard")).expect(201)));
        owned.put("/api/v1/auth/sessions/{id}", owner.get("auth/sessions").expect(200).data().get(0).path("id")
            .asString());
        UUID identity = UUID.randomUUID();
        shop.database().execute("""
            insert into federation.identities (id, account, provider, issuer, subject, created_at, used_at)
            values (?, ?::uuid, 'google', 'https://issuer.example', ?, now(), now())""", identity,
            owner.get("auth/me").expect(200).data().path("id").asString(), identity.toString());
        owned.put("/api/v1/auth/identities/{id}", identity.toString());
        owned.put("/api/v1/user/tokens/{id}", id(owner.post("user/tokens", Map.of("name", "desk")).expect(201)));
        owned.put("/api/v1/wishlist/lists/{id}", id(owner.post("wishlist/lists", Map.of("name", "Winter"))
            .expect(201)));
        owned.put("/api/v1/user/verifications/{id}", id(owner.channel("ebuildify").post("user/verifications", Map.of(
            "kind", "ghana_card", "number", "GHA-" + ThreadLocalRandom.current().nextInt(100_000_000, 999_999_999)
                + "-0"))
            .expect(202)));
        return owned;
    }

    @Test void attack_1_what_is_somebody_elses_is_not_there() {
        Map<String, String> owned = owned();
        List<String> wrong = new ArrayList<>();
        Set<String> unknown = new TreeSet<>();
        for (Api.Route route : routes()) {
            String id = owned.entrySet().stream().filter(entry -> route.path().equals(entry.getKey())
                || route.path().startsWith(entry.getKey() + "/")).map(Map.Entry::getValue).findFirst().orElse("");
            if (id.isEmpty()) {
                unknown.add(route.method() + " " + route.path());
                continue;
            }
            for (Client stranger : List.of(other, guest)) {
                Answer his = ask(stranger, route, id);
                Answer none = ask(stranger, route, UUID.randomUUID().toString());
                boolean hidden = his.status() == 404 || stranger == guest && his.status() == 401;
                if (!hidden) wrong.add(his.status() + " to " + his.request());
                if (!said(his).equals(said(none)))
                    wrong.add("another answer than for no such thing: " + his.request()
                        + ": " + said(his) + " instead of " + said(none));
            }
        }
        assertThat(unknown).as("a route with an id: make one in owned(), or declare it public").isEmpty();
        assertThat(wrong).isEmpty();
        owned.forEach((path, id) -> {
            if (routes().stream().anyMatch(route -> route.path().equals(path) && route.method() == HttpMethod.GET))
                owner.get(path.replaceAll("\\{[^}]+}", id)).expect(200);
        });
    }

    /// Routes with an id that need no permission: those with one are staff's (EveryRouteAccessTest).
    private List<Api.Route> routes() {
        return shop.bean(Api.class).routes().stream().filter(route -> route.path().startsWith("/api/")
            && route.path().contains("{") && !route.path().contains("/probe")
            && !(route.access() instanceof Access.Needs) && !PUBLIC.contains(route.path()))
            .collect(Collectors.toList());
    }

    /// A body that the route would take; a stranger must not even learn whether it would.
    private static Answer ask(Client client, Api.Route route, String id) {
        Object body = switch (route.method().name() + " " + route.path()) {
            case "PUT /api/v1/cart/items/{id}" -> Map.of("quantity", 2);
            case "PUT /api/v1/orders/{id}/cancel" -> Map.of("reason", "no more");
            case "POST /api/v1/orders/{id}/payments" -> Map.of("payment_method", "stripe");
            case "PUT /api/v1/wishlist/lists/{id}" -> Map.of("name", "Spring");
            case "PUT /api/v1/user/addresses/{id}", "PATCH /api/v1/user/addresses/{id}" -> address();
            default -> route.method() == HttpMethod.GET || route.method() == HttpMethod.DELETE ? null : Map.of();
        };
        return client.send(route.method().name(), route.path().replaceAll("\\{[^}]+}", id), body);
    }

    /// The answer but for what differs from request to request.
    private static String said(Answer answer) {
        return answer.status() + " " + answer.text().replaceAll("\"request_id\":\"[^\"]*\"", "");
    }

    private static Map<String, Object> address() {
        return Map.of("name", "Ann Lee", "line1", "1 Market Street", "city", "Springfield", "region", "IL",
            "postal_code", "62701", "country", "US");
    }

    private static String id(Answer made) {
        return made.data().path("id").asString();
    }
}
