package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InventoryRoutesTest {
    private final Stockroom room = new Stockroom(Shop.shared());
    private final Client shopper = room.shop.client();
    private final Client admin = room.admin();

    @Test void a_basket_is_told_what_its_pool_is_short_of() {
        var pool = room.pool("gram", 2_000, 100, 250, 1_000);
        Answer answer = shopper.post("cart/validate-inventory", Map.of("items", List.of(item(pool.variant(1), 3),
            item(pool.variant(2), 1), item(pool.variant(0), 4)))).expect(200);
        assertThat(answer.data().path("available").asBoolean()).isFalse();
        assertThat(answer.data().path("pools").get(0).path("missing").asLong()).isEqualTo(150);
        assertThat(answer.data().path("lines").get(2).path("available_quantity").asLong()).isEqualTo(2);
        answer = shopper.post("cart/validate-inventory", Map.of("items", List.of(item(pool.variant(1), 2),
            item(pool.variant(2), 1), item(pool.variant(0), 4)))).expect(200);
        assertThat(answer.data().path("available").asBoolean()).isTrue();
    }

    @Test void nonsense_in_a_basket_is_named_line_by_line() {
        Answer answer = shopper.post("cart/validate-inventory", """
            {"items":[{"variant_id":"0198c0de-0000-7000-8000-000000000001","quantity":0},{"quantity":3}]}
            """).expect(422);
        assertThat(answer.text()).contains("items[0].quantity", "items[1].variant_id");
        shopper.post("cart/validate-inventory", "{\"items\":[]}").expect(422);
    }

    @Test void stock_is_moved_by_a_delta_with_a_reason() {
        var pool = room.pool("piece", 10, 1);
        Answer answer = admin.put("inventory/product/" + pool.product(), Map.of("delta", -3, "reason", "damaged"))
            .expect(200);
        assertThat(answer.data().path("pools").get(0).path("on_hand").asLong()).isEqualTo(7);
        admin.put("inventory/product/" + pool.product(), Map.of("delta", 5)).expect(422);
        Answer journal = admin.get("inventory/product/" + pool.product() + "/movements?per_page=1").expect(200);
        assertThat(journal.data().get(0).path("reason").asString()).isEqualTo("damaged");
        assertThat(journal.data().get(0).path("balance").asLong()).isEqualTo(7);
        assertThat(journal.data().get(0).path("by").asString()).isNotEmpty();
        String next = journal.json().path("pagination").path("next_cursor").asString();
        Answer older = admin.get("inventory/product/" + pool.product() + "/movements?cursor=" + next).expect(200);
        assertThat(older.data().size()).isEqualTo(1);
        assertThat(room.contradictions()).isEmpty();
    }

    /// Guard: `version` in the write of a count.
    @Test void counting_needs_the_state_that_was_counted() {
        var pool = room.pool("piece", 10, 1);
        String path = "inventory/product/" + pool.product();
        admin.put(path, Map.of("on_hand", 12)).expect(428);
        String seen = admin.get(path).expect(200).header("ETag");
        admin.put(path, Map.of("delta", 1, "reason", "found")).expect(200);
        assertThat(admin.with("If-Match", String.valueOf(seen)).put(path, Map.of("on_hand", 12)).expect(412).code())
            .isEqualTo("stale");
        String now = admin.get(path).expect(200).header("ETag");
        admin.with("If-Match", String.valueOf(now)).put(path, Map.of("on_hand", 12)).expect(200);
        admin.with("If-Match", "*").put(path, Map.of("on_hand", 14)).expect(200);
        assertThat(room.onHand(pool)).isEqualTo(14);
        assertThat(room.contradictions()).isEmpty();
    }

    /// Guard: `wanted >= reserved` in the write.
    @Test void what_is_promised_to_buyers_cannot_be_taken_away() {
        var pool = room.pool("piece", 10, 1);
        String path = "inventory/product/" + pool.product();
        room.run(room.inventory.reserve(room.ids.next(), "order:r", List.of(new Line(pool.variant(0), 6)), soon()));
        assertThat(admin.put(path, Map.of("delta", -5, "reason", "lost")).expect(409).code())
            .isEqualTo("below_reserved");
        assertThat(admin.with("If-Match", "*").put(path, Map.of("on_hand", 5)).expect(409).code())
            .isEqualTo("below_reserved");
        admin.put(path, Map.of("delta", -4, "reason", "lost")).expect(200);
        assertThat(room.onHand(pool)).isEqualTo(6);
    }

    @Test void only_those_who_may_see_and_move_the_stock() {
        var pool = room.pool("piece", 10, 1);
        shopper.get("inventory/product/" + pool.product()).expect(401);
        shopper.put("inventory/product/" + pool.product(), Map.of("delta", 1, "reason", "x")).expect(401);
        admin.get("inventory/product/" + UUID.randomUUID()).expect(404);
        admin.get("inventory/product/nonsense").expect(404);
    }

    @Test void shoppers_see_whether_and_admins_how_many() {
        var pool = room.poolLowAt(300, "gram", 300, 100, 250);
        Answer answer = shopper.get("products/" + pool.product() + "/stock").expect(200);
        assertThat(answer.data().path("level").asString()).isEqualTo("low_stock");
        assertThat(answer.data().path("in_stock").asBoolean()).isTrue();
        assertThat(answer.data().path("variants").get(0).has("available")).isFalse();
        Answer exact = admin.get("products/" + pool.product() + "/stock").expect(200);
        assertThat(exact.data().path("variants").get(0).path("available").asLong()).isEqualTo(3);
        shopper.get("products/" + UUID.randomUUID() + "/stock").expect(404);
    }

    private static Map<String, Object> item(UUID variant, int quantity) {
        return Map.of("variant_id", variant, "quantity", quantity);
    }

    private static Instant soon() {
        return Instant.now().plus(Duration.ofMinutes(15));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        delta        | {}
        on_hand      | {"delta":1,"on_hand":2,"reason":"x"}
        delta        | {"delta":0,"reason":"x"}
        delta        | {"delta":1000000000001,"reason":"x"}
        on_hand      | {"on_hand":-1}
        low_stock_at | {"low_stock_at":-1}
        reason       | {"delta":1,"reason":" "}
        pool_id      | {"delta":1,"reason":"x","pool_id":"@ID"}""") void a_count_that_cannot_be_is_named(String field,
        String body) {
        var pool = room.pool("piece", 10, 1);
        String sent = body.strip().replace("@ID", UUID.randomUUID().toString());
        assertThat(admin.put("inventory/product/" + pool.product(), sent).expect(422).json().path("errors")
            .propertyNames()).contains(field.strip());
    }

    @Test void movements_are_asked_for_by_numbers_that_make_sense() {
        var pool = room.pool("piece", 10, 1);
        String path = "inventory/product/" + pool.product() + "/movements";
        for (String wrong : List.of("per_page=0", "per_page=1000", "per_page=x", "cursor=x", "cursor=0"))
            admin.get(path + "?" + wrong).expect(422);
        admin.get(path + "?pool_id=" + UUID.randomUUID()).expect(422);
        admin.get("inventory/product/" + UUID.randomUUID() + "/movements").expect(404);
        admin.put("inventory/product/" + UUID.randomUUID(), Map.of("delta", 1, "reason", "x")).expect(404);
    }
}
