package io.millrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
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
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;

/// F197 (ASVS 16.2, OWASP API10): whatever the shop's people change by a route that demands a permission leaves an
/// entry in the audit, in the transaction of the change. A new such route without a deed here is red, and so is one
/// whose deed leaves nothing.
class StaffDeedsTest {
    private static final Shop SHOP = Shop.with();
    /// Routes that may change something without an entry, each with its reason. None today.
    private static final Map<String, String> UNACCOUNTED = Map.of();

    private final Database database = SHOP.database();
    private final Client setUp = new People(SHOP).admin().channel("pecos");
    private final Wares wares = new Wares(SHOP);

    @AfterAll static void close() {
        SHOP.close();
    }

    /// Does what a route is for, by a client whose requests can be found again.
    private interface Deed {
        Answer by(Client staff);
    }

    private static Map<String, Object> usd(String amount) {
        return Map.of("amount", amount, "currency", "USD");
    }

    private String product() {
        return wares.piece("pecos", "Rope " + UUID.randomUUID(), "12.00 USD").id().toString();
    }

    private String variant() {
        return wares.variant("pecos", "Rope " + UUID.randomUUID(), "12.00 USD").toString();
    }

    private String category() {
        return id(setUp.post("categories", Map.of("name", "Shelf " + UUID.randomUUID())).expect(201));
    }

    /// An order to be paid in cash that has come so far.
    private Answer order(String... steps) {
        String goods = variant();
        database.execute("update inventory.pools set on_hand = 100 where id = "
            + "(select pool_id from inventory.draws where variant_id = ?::uuid)", goods);
        Answer placed = SHOP.client().channel("pecos")
            .post("orders", Map.of("items", List.of(Map.of("variant_id", goods,
                "quantity", 1)), "contact",
                Map.of("name", "Ann Lee", "email", "ann@example.com", "phone", "+12025550123"),
                "shipping_address",
                Map.of("name", "Ann Lee", "line1", "1 Market Street", "city", "Springfield", "region",
                    "IL", "postal_code", "62701", "country", "US"),
                "payment_method", "cod"))
            .expect(201);
        for (String step : steps) setUp.post("admin/orders/" + id(placed) + "/" + step, null).expect(200);
        return placed;
    }

    private static String payment(Answer placed) {
        return placed.data().path("payment").path("id").asString();
    }

    private String account() {
        String email = People.freshEmail();
        new People(SHOP).register(email);
        return new People(SHOP).signIn(email).data().path("user").path("id").asString();
    }

    private String channelKey() {
        return id(setUp.post("admin/channels/pecos/keys", Map.of("kind", "publishable", "name", "till")).expect(201));
    }

    private String review() {
        UUID id = UUID.randomUUID();
        database.execute("insert into payment.reviews (id, provider, object, reason, at) values (?, 'stripe', ?, "
            + "'unknown_object', now())", id, "pi_" + id);
        return id.toString();
    }

    private String unexpected() {
        UUID id = UUID.randomUUID();
        database.execute("insert into ordering.unexpected (id, order_id, state, fact, at) values (?, ?, '{}', '{}', "
            + "now())", id, UUID.randomUUID());
        return id.toString();
    }

    private String delivery() {
        String event = "evt_" + UUID.randomUUID();
        database.execute("insert into payment.webhook_inbox (provider, event_id, type, body, status, received_at) "
            + "values ('stripe', ?, 'payment_intent.created', '{}'::bytea, 'quarantined', now())", event);
        return event;
    }

    private String mail() {
        UUID id = UUID.randomUUID();
        database.execute("insert into notification.mails (id, occasion, subject, status, created_at, ended_at) "
            + "values (?, 'unknown', ?, 'parked', now(), now())", id, UUID.randomUUID());
        return id.toString();
    }

    /// A fact of a kind that nobody knows any more: whoever takes it up again has nothing to do.
    private String deadLetter() {
        UUID fact = UUID.randomUUID();
        database.execute("""
            insert into messaging.dead_letters (consumer, fact_id, type, aggregate, version, position, request_id,
                traceparent, payload, cause, behind, tries, parked_at)
            values ('storefront.inventory', ?, 'inventory.NoMore', ?, 1, 1, '', '', '{}'::bytea, 'none', false, 5,
                now())""", fact, "pool:" + fact);
        return String.valueOf(database.number("select id from messaging.dead_letters where fact_id = ?", fact));
    }

    private Map<String, Deed> deeds() {
        Map<String, Deed> deeds = new LinkedHashMap<>();
        Map<String, Object> rope = Map.of("name", "Rope of " + UUID.randomUUID(), "price", usd("3.00"));
        for (String products : List.of("/api/v1/products", "/api/v1/admin/products")) {
            deeds.put("POST " + products, staff -> staff.post(products, rope));
            deeds.put("PUT " + products + "/{id}", staff -> staff.put(products + "/" + product(), rope));
            deeds.put("PATCH " + products + "/{id}", staff -> staff.patch(products + "/" + product(),
                Map.of("name", "Longer rope")));
            deeds.put("DELETE " + products + "/{id}", staff -> staff.delete(products + "/" + product()));
            deeds.put("POST " + products + "/{id}/publish", staff -> staff.post(products + "/"
                + id(setUp.post("products", rope).expect(201)) + "/publish", null));
            deeds.put("POST " + products + "/{id}/images", staff -> staff.post(products + "/" + product() + "/images",
                Map.of("url", "https://example.com/rope.jpg")));
        }
        deeds.put("POST /api/v1/categories", staff -> staff.post("categories", Map.of("name", "Ropes")));
        deeds.put("PUT /api/v1/categories/{id}", staff -> staff.put("categories/" + category(), Map.of("name", "New")));
        deeds.put("DELETE /api/v1/categories/{id}", staff -> staff.delete("categories/" + category()));
        deeds.put("POST /api/v1/variants", staff -> staff.post("variants", Map.of("product_id", product(), "name",
            "Thick", "sku", "thick-" + UUID.randomUUID(), "options", Map.of("size", "thick"))));
        deeds.put("PUT /api/v1/variants/{id}", staff -> staff.put("variants/" + variant(), Map.of("price",
            usd("13.00"))));
        deeds.put("DELETE /api/v1/variants/{id}", staff -> staff.delete("variants/" + twoVariants()));
        deeds.put("PUT /api/v1/inventory/product/{productId}", staff -> staff.put("inventory/product/" + product(),
            Map.of("delta", 5, "reason", "found some")));
        deeds.put("PUT /api/v1/admin/price-lists/{list}/products/{productId}", this::price);
        deeds.put("PUT /api/v1/admin/channels/{code}/tax-rates/{category}", staff -> staff.put(
            "admin/channels/pecos/tax-rates/ropes", Map.of("rate", "7.5")));
        deeds.put("PUT /api/v1/admin/channels/{code}/shipping-methods/{method}", staff -> staff.put(
            "admin/channels/pecos/shipping-methods/standard", Map.of("price", usd("6.00"))));
        deeds.put("POST /api/v1/admin/imports/products", staff -> staff.with("Content-Type", "application/x-ndjson")
            .post("admin/imports/products", "{\"external_key\":\"rope-1\",\"name\":\"Rope\",\"price\":\"5.00\"}\n"));
        orders(deeds);
        people(deeds);
        machinery(deeds);
        return deeds;
    }

    private String twoVariants() {
        String product = product();
        return id(setUp.post("variants", Map.of("product_id", product, "name", "Thin", "sku", "thin-" + product,
            "options", Map.of("size", "thin"))).expect(201));
    }

    private Answer price(Client staff) {
        var goods = wares.piece("pecos", "Rope " + UUID.randomUUID(), "12.00 USD");
        return staff.put("admin/price-lists/pecos/products/" + goods.id(), Map.of("prices", List.of(Map.of("variant_id",
            goods.variants().getFirst().id(), "price", usd("14.00")))));
    }

    private void orders(Map<String, Deed> deeds) {
        String orders = "/api/v1/admin/orders/";
        deeds.put("PUT " + orders + "{id}/status", staff -> staff.put(orders + id(order()) + "/status",
            Map.of("status", "processing")));
        deeds.put("POST " + orders + "{id}/pack", staff -> staff.post(orders + id(order()) + "/pack", null));
        deeds.put("POST " + orders + "{id}/ship", staff -> staff.post(orders + id(order("pack")) + "/ship", null));
        deeds.put("POST " + orders + "{id}/deliver", staff -> staff.post(orders + id(order("pack", "ship"))
            + "/deliver", null));
        deeds.put("POST " + orders + "{id}/complete", staff -> {
            Answer placed = order("pack", "ship", "deliver");
            setUp.post("admin/payments/" + payment(placed) + "/collect", null).expect(200);
            return staff.post(orders + id(placed) + "/complete", null);
        });
        deeds.put("POST " + orders + "unexpected/{id}/resolve", staff -> staff.post(orders + "unexpected/"
            + unexpected() + "/resolve", null));
        deeds.put("POST /api/v1/admin/payments/{id}/collect", staff -> staff.post("admin/payments/" + payment(order())
            + "/collect", null));
        deeds.put("POST /api/v1/payments/{id}/refunds", staff -> {
            String payment = payment(order());
            setUp.post("admin/payments/" + payment + "/collect", null).expect(200);
            return staff.post("payments/" + payment + "/refunds", Map.of("reason", "torn"));
        });
        deeds.put("POST /api/v1/admin/payments/reviews/{id}/resolve", staff -> staff.post("admin/payments/reviews/"
            + review() + "/resolve", Map.of("resolution", "gave Ann (ann@example.com) her money back")));
        deeds.put("POST /api/v1/admin/webhooks/{provider}/{event}/replay", staff -> staff.post(
            "admin/webhooks/stripe/" + delivery() + "/replay", null));
    }

    private void people(Map<String, Deed> deeds) {
        deeds.put("PUT /api/v1/admin/users/{id}/status", staff -> staff.put("admin/users/" + account() + "/status",
            Map.of("status", "suspended")));
        deeds.put("PUT /api/v1/admin/users/{id}/roles", staff -> staff.put("admin/users/" + account() + "/roles",
            Map.of("roles", List.of("customer", "support"))));
        deeds.put("DELETE /api/v1/admin/users/{id}/sessions", staff -> staff.delete("admin/users/" + account()
            + "/sessions"));
        deeds.put("PUT /api/v1/admin/roles/{code}", staff -> staff.put("admin/roles/driver", Map.of("permissions",
            List.of("delivery:update", "order:read", "rope:" + word()))));
        deeds.put("POST /api/v1/admin/channels/{code}/keys", staff -> staff.post("admin/channels/pecos/keys",
            Map.of("kind", "secret", "name", "warehouse", "scopes", List.of("order:admin"))));
        deeds.put("PUT /api/v1/admin/channels/{code}/keys/{id}", staff -> staff.put("admin/channels/pecos/keys/"
            + channelKey(), Map.of("name", "other till", "origins", List.of("https://shop.example.com"))));
        deeds.put("DELETE /api/v1/admin/channels/{code}/keys/{id}", staff -> staff.delete("admin/channels/pecos/keys/"
            + channelKey()));
    }

    private void machinery(Map<String, Deed> deeds) {
        deeds.put("POST /api/v1/admin/signing-keys/rotate", staff -> staff.post("admin/signing-keys/rotate", null));
        deeds.put("POST /api/v1/admin/mails/{id}/retry", staff -> staff.post("admin/mails/" + mail() + "/retry", null));
        deeds.put("POST /api/v1/admin/dead-letters/{id}/replay", staff -> staff.post("admin/dead-letters/"
            + deadLetter() + "/replay", null));
        deeds.put("POST /api/v1/admin/dead-letters/replay", staff -> {
            deadLetter();
            return staff.post("admin/dead-letters/replay", Map.of("consumer", "storefront.inventory"));
        });
        deeds.put("DELETE /api/v1/admin/dead-letters/{id}", staff -> staff.delete("admin/dead-letters/"
            + deadLetter()));
    }

    private static String word() {
        return Integer.toString(ThreadLocalRandom.current().nextInt(1 << 30), Character.MAX_RADIX).replaceAll("\\d",
            "x");
    }

    private static Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        for (Api.Route route : SHOP.bean(Api.class).routes())
            if (route.access() instanceof Access.Needs && route.method() != HttpMethod.GET
                && route.path().startsWith("/api/") && !route.path().contains("/probe"))
                routes.add(route.method() + " " + route.path());
        return routes;
    }

    @Test void whatever_the_shops_people_change_leaves_an_entry_without_anybodys_data() {
        Map<String, Deed> deeds = deeds();
        List<String> wrong = new ArrayList<>();
        for (String route : routes()) {
            if (UNACCOUNTED.containsKey(route)) continue;
            Deed deed = deeds.get(route);
            if (deed == null) {
                wrong.add(route + ": say in deeds() how it is used");
                continue;
            }
            String request = "deed-" + UUID.randomUUID();
            Answer done = deed.by(setUp.with("X-Request-Id", request));
            if (done.status() >= 300) wrong.add(route + ": did nothing: " + done);
            else
                if (entries(request, "true") == 0)
                    wrong.add(route + ": leaves no entry: add Audit.entry to its Change, or name it with its reason");
                else
                    if (entries(request, "audit.text(e) ~ '@example|2025550123|Springfield|sk_'") > 0)
                        wrong.add(route + ": its entry tells of persons, or a secret");
        }
        assertThat(wrong).isEmpty();
        assertThat(routes()).as("no deed and no exception for a route that is no more")
            .containsAll(deeds.keySet()).containsAll(UNACCOUNTED.keySet());
    }

    /// At once, without waiting: what stands in the transaction is there with the answer.
    private long entries(String request, String also) {
        return database.number("select count(*) from audit.entries e where request_id = ? and kind = 'account' "
            + "and action not like 'refused.%' and " + also, request);
    }

    @Test void what_was_refused_or_changed_nothing_leaves_none_and_a_change_tells_only_of_itself() {
        var goods = wares.piece("pecos", "Rope " + UUID.randomUUID(), "12.00 USD");
        String path = "products/" + goods.id();
        UnaryOperator<String> as = request -> String.valueOf(database.value("""
            select string_agg(before::text || ' ' || after::text, ', ') from audit.entries where request_id = ?
            and action = 'product.change'""", request));
        String stale = "deed-" + UUID.randomUUID();
        setUp.with("X-Request-Id", stale).with("If-Match", "\"v999\"").patch(path, Map.of("name", "Rope")).expect(412);
        assertThat(entries(stale, "true")).isZero();
        String same = "deed-" + UUID.randomUUID();
        setUp.with("X-Request-Id", same).patch(path, Map.of("name", goods.name())).expect(200);
        assertThat(entries(same, "true")).isZero();
        String renamed = "deed-" + UUID.randomUUID();
        setUp.with("X-Request-Id", renamed).patch(path, Map.of("name", "Thread")).expect(200);
        assertThat(as.apply(renamed)).contains(goods.name(), "\"name\": \"Thread\"").doesNotContain("variants", "slug",
            "tax_category");
    }

    private static String id(Answer made) {
        return made.data().path("id").asString();
    }
}
