package io.millrace.storefront;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// An admin's writes over HTTP, and what shoppers see the moment after: nothing old comes out of any cache.
class OwnWritesTest {
    private final Shop shop = Shop.shared();
    private final Client shopper = shop.client().channel("pecos");
    private final Client admin = shopper.bearer(shop.client().post("/api/v1/auth/login", Map.of("email",
        "admin@example.com", "password", "millrace-admin")).expect(200).data().path("access_token").asString());
    private final String mark = UUID.randomUUID().toString().substring(0, 8);

    @Test void a_new_product_is_on_the_list_at_once_and_its_price_changes_at_once() {
        JsonNode category = admin.post("/api/v1/categories", Map.of("name", "Shelf " + mark)).expect(201).data();
        String list = "/api/v1/products?category=" + category.path("id").asString();
        assertThat(shopper.get(list).expect(200).data()).isEmpty();
        JsonNode made = create(category.path("id").asString()).data();
        assertThat(shopper.get(list).expect(200).data()).hasSize(1);
        String detail = "/api/v1/products/" + made.path("slug").asString();
        for (int i = 1; i <= 10; i++) {
            admin.patch("/api/v1/products/" + made.path("id").asString(),
                Map.of("price", Map.of("amount", i + ".00", "currency", "USD"))).expect(200);
            assertThat(price(shopper.get(detail).expect(200).data())).isEqualTo(i + ".00");
            assertThat(price(shopper.get(list).expect(200).data().get(0))).isEqualTo(i + ".00");
        }
        admin.delete("/api/v1/products/" + made.path("id").asString()).expect(204);
        assertThat(shopper.get(list).expect(200).data()).isEmpty();
        shopper.get(detail).expect(404);
    }

    @Test void another_node_shows_the_write_soon_after() {
        JsonNode made = create(null).data();
        String detail = "/api/v1/products/" + made.path("slug").asString();
        try (Shop second = shop.secondNode()) {
            Client there = second.client().channel("pecos");
            assertThat(there.get(detail).expect(200).data().path("name").asString()).startsWith("Thing");
            admin.patch("/api/v1/products/" + made.path("id").asString(), Map.of("name", "Renamed " + mark))
                .expect(200);
            Eventually.holds("the other node forgot", () -> there.get(detail).expect(200).data().path("name").asString()
                .startsWith("Renamed"));
        }
    }

    /// Guard: the version in the write itself. Without it the stale writer wins (412 is only the messenger).
    @Test void a_stale_if_match_is_412_and_the_shop_windows_own_tag_is_good_enough() {
        JsonNode made = create(null).data();
        String path = "/api/v1/products/" + made.path("id").asString();
        String tag = String.valueOf(shopper.get(path).expect(200).header("ETag"));
        admin.with("If-Match", tag).patch(path, Map.of("name", "First " + mark)).expect(200);
        admin.with("If-Match", tag).patch(path, Map.of("name", "Second " + mark)).expect(412);
        admin.with("If-Match", "\"nonsense\"").patch(path, Map.of("name", "Third " + mark)).expect(412);
        assertThat(shopper.get(path).data().path("name").asString()).isEqualTo("First " + mark);
    }

    @Test void all_that_is_wrong_with_a_product_is_said_at_once() {
        Answer refused = admin.post("/api/v1/products", Map.of("name", " ", "slug", "No Slug!", "variants", List.of(
            Map.of("sku", "a-" + mark, "name", "x", "price", Map.of("amount", "1.00", "currency", "EUR")),
            Map.of("sku", "a-" + mark, "name", "x", "on_hand", -1)))).expect(422);
        assertThat(refused.json().path("errors").propertyNames()).contains("name", "slug", "variants[0].price",
            "variants[1].on_hand", "variants[1].sku", "variants[1].name");
        admin.post("/api/v1/products", Map.of("name", "x", "role", "admin")).expect(422);
        admin.post("/api/v1/products", "{\"name\":\"x\",\"price\":{\"amount\":1,\"currency\":\"USD\"}}").expect(422);
        shopper.post("/api/v1/products", Map.of("name", "x")).expect(401);
    }

    @Test void an_old_slug_leads_on_to_the_new_one_and_back_when_it_is_taken_back() {
        JsonNode made = create(null).data();
        String old = made.path("slug").asString();
        String id = made.path("id").asString();
        shopper.get("/api/v1/products/" + old).expect(200);
        for (int round = 0; round < 2; round++) {
            admin.patch("/api/v1/products/" + id, Map.of("slug", "fresh-" + mark)).expect(200);
            Answer moved = shopper.checked().get("/api/v1/products/" + old).expect(308);
            assertThat(moved.header("Location")).isEqualTo("/api/v1/products/fresh-" + mark);
            assertThat(shopper.get("/api/v1/products/fresh-" + mark).expect(200).data().path("id").asString())
                .isEqualTo(id);
            admin.patch("/api/v1/products/" + id, Map.of("slug", old)).expect(200);
            shopper.get("/api/v1/products/" + old).expect(200);
            shopper.get("/api/v1/products/fresh-" + mark).expect(308);
        }
    }

    /// Guard: our row is read before the product, and written only over the revision that was read. Without it a stock
    /// fact that is heard at the same time puts the old product back.
    @Test void stock_heard_while_the_product_changes_never_puts_the_old_one_back() {
        JsonNode made = create(null).data();
        String id = made.path("id").asString();
        DisplayInbox inbox = shop.bean(DisplayInbox.class);
        for (int i = 2; i < 22; i++) {
            var out = new io.millrace.inventory.InventoryEvent.StockOut(UUID.randomUUID(),
                UUID.fromString(made.path("variants").get(0).path("id").asString()), UUID.fromString(id), i % 2 * 9,
                1_000 + i, java.time.Instant.EPOCH);
            var heard = inbox.stock(out).toFuture();
            admin.patch("/api/v1/products/" + id, Map.of("name", "Name " + i)).expect(200);
            heard.join();
            assertThat(shopper.get("/api/v1/products/" + id).expect(200).data().path("name").asString())
                .isEqualTo("Name " + i);
        }
    }

    @Test void what_was_not_there_is_there_once_it_is_made() {
        shopper.get("/api/v1/products/thing-" + mark).expect(404);
        shopper.get("/api/v1/products/thing-" + mark).expect(404);
        create(null);
        shopper.get("/api/v1/products/thing-" + mark).expect(200);
    }

    @Test void variants_are_added_changed_and_removed_one_by_one() {
        JsonNode made = create(null).data();
        String product = made.path("id").asString();
        JsonNode large = admin.post("/api/v1/variants", Map.of("product_id", product, "sku", mark + "-xl", "name", "XL",
            "price", Map.of("amount", "11.00", "currency", "USD"))).expect(201).data();
        String path = "/api/v1/variants/" + large.path("id").asString();
        admin.put(path, Map.of("is_default", true)).expect(200);
        JsonNode shown = shopper.get("/api/v1/products/" + product).expect(200).data();
        assertThat(shown.path("default_variant_id").asString()).isEqualTo(large.path("id").asString());
        assertThat(price(shown)).isEqualTo("11.00");
        admin.post("/api/v1/variants", Map.of("product_id", product, "sku", mark + "-xl", "name", "2XL")).expect(409);
        admin.delete(path).expect(204);
        assertThat(shopper.get("/api/v1/variants/product/" + product).expect(200).data()).hasSize(1);
    }

    @Test void a_draft_is_published_and_gets_pictures() {
        JsonNode made = admin.post("/api/v1/admin/products", Map.of("name", "Draft " + mark)).expect(201).data();
        String path = "/api/v1/products/" + made.path("id").asString();
        shopper.get(path).expect(404);
        admin.post(path + "/images", Map.of("url", "https://example.com/a.jpg", "alt", "A")).expect(200);
        admin.post(path + "/images", Map.of("url", "javascript:alert(1)")).expect(422);
        admin.post(path + "/publish", null).expect(200);
        assertThat(shopper.get(path).expect(200).data().path("image_url").asString())
            .isEqualTo("https://example.com/a.jpg");
        admin.get("/api/v1/admin/products/" + made.path("id").asString()).expect(200);
        assertThat(admin.get("/api/v1/admin/products?per_page=1").expect(200).data()).hasSize(1);
    }

    private Answer create(@org.jspecify.annotations.Nullable String category) {
        return admin.post("/api/v1/products", Map.of("name", "Thing " + mark, "status", "active", "type", "physical",
            "sku", mark + "-one", "on_hand", 5, "price", Map.of("amount", "9.99", "currency", "USD"), "categories",
            category == null ? List.of() : List.of(category))).expect(201);
    }

    private static String price(JsonNode card) {
        return card.path("price").path("amount").asString();
    }
}
