package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Shop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Placing orders over HTTP against real servers: what is placed, what is refused, and what a repeat gets.
class PlacementTest {
    private final Shop shop = Shop.shared();
    private final Counter pecos = new Counter(shop, "pecos");
    private final Counter sweets = new Counter(shop, "sweets");

    @Test void cash_on_delivery_takes_the_stock_at_once_and_is_confirmed_with_payment_due() {
        UUID box = sweets.goods("150.00 INR", 5);
        Answer placed = sweets.order("cod", box, 2).expect(201);
        assertThat(placed.data().path("status").asString()).isEqualTo("confirmed");
        assertThat(placed.data().path("payment_status").asString()).isEqualTo("due");
        assertThat(placed.data().path("order_number").asString()).matches("SWE-[0-9A-HJKMNP-TV-Z]{7}");
        assertThat(placed.data().path("order_token").asString()).hasSize(43);
        assertThat(sweets.free(box)).isEqualTo(3);
        assertThat(sweets.facts(Counter.id(placed)))
            .containsExactly("ordering.OrderPlaced", "ordering.OrderConfirmed");
    }

    @Test void a_card_order_waits_for_its_payment_and_keeps_its_stock() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 2).expect(201);
        assertThat(placed.data().path("status").asString()).isEqualTo("pending_payment");
        assertThat(placed.header("Location")).isEqualTo("/api/v1/orders/" + Counter.id(placed));
        assertThat(pecos.free(boots)).isEqualTo(3);
        assertThat(pecos.shown(placed).path("order_number")).isEqualTo(placed.data().path("order_number"));
    }

    @Test void everything_that_is_wrong_is_said_at_once() {
        Map<String, Object> body = new HashMap<>();
        body.put("items", List.of(Map.of("variant_id", "nonsense", "quantity", 0)));
        body.put("contact", Map.of("name", "A\nB", "email", "nobody", "phone", "12"));
        body.put("shipping_address", Map.of("line1", "x", "city", "", "country", "ZZ"));
        body.put("shipping_method", "rocket");
        Answer refused = pecos.client().post("orders", body).expect(422);
        assertThat(refused.json().path("errors").propertyNames()).contains("items[0].variant_id", "items[0].quantity",
            "contact.name", "contact.email", "contact.phone", "shipping_address.city", "shipping_address.country",
            "shipping_method", "payment_method");
    }

    /// Attack 3: prices, totals, states and owners are not the client's to say.
    @Test void fields_that_are_ours_to_say_are_unknown() {
        UUID boots = pecos.goods("120.00 USD", 5);
        for (String field : List.of("price", "total", "status", "user_id", "paid_at", "discount", "account")) {
            Map<String, Object> body = pecos.body("stripe", List.of(Counter.item(boots, 1)));
            body.put(field, "1");
            assertThat(pecos.client().post("orders", body).expect(422).json().path("errors").has(field)).isTrue();
        }
        Map<String, Object> priced = Map.of("variant_id", boots, "quantity", 1, "price", "0.01");
        pecos.client().post("orders", pecos.body("stripe", List.of(priced))).expect(422);
        assertThat(pecos.free(boots)).isEqualTo(5);
    }

    /// Attack 4.
    @Test void quantities_that_are_no_quantities_are_refused() {
        UUID boots = pecos.goods("120.00 USD", 5);
        for (String quantity : List.of("0", "-1", "0.5", "1e9", "2147483648", "\"1\"", "null", "9223372036854775808")) {
            String body = new tools.jackson.databind.json.JsonMapper().writeValueAsString(pecos.body("stripe",
                List.of(Counter.item(boots, 77)))).replace(":77", ":" + quantity);
            Answer refused = pecos.client().post("orders", body);
            assertThat(refused.status()).as(quantity).isIn(400, 422);
        }
        pecos.client().post("orders", pecos.body("stripe", List.of(Counter.item(boots, 1))).toString()).expect(400);
        assertThat(pecos.free(boots)).isEqualTo(5);
    }

    @Test void goods_nobody_sells_and_methods_nobody_takes_are_refused() {
        UUID boots = pecos.goods("120.00 USD", 5);
        assertThat(pecos.order("stripe", UUID.randomUUID(), 1).expect(409).code()).isEqualTo("not_for_sale");
        assertThat(pecos.order("barter", boots, 1).expect(422).code()).isEqualTo("payment_method_not_allowed");
        assertThat(sweets.order("cod", boots, 1).expect(409).code()).as("another channel's goods")
            .isEqualTo("not_for_sale");
        Map<String, Object> nowhere = pecos.body("stripe", List.of(Counter.item(boots, 1)));
        nowhere.remove("shipping_address");
        assertThat(pecos.client().post("orders", nowhere).expect(422).json().path("errors").has("shipping_address"))
            .isTrue();
    }

    @Test void what_is_short_is_said_by_line_and_nothing_is_taken() {
        List<UUID> portions = sweets.grams(2_000, "90.00 INR", 100, 250, 1000);
        Answer refused = sweets.client().post("orders", sweets.body("cod", List.of(Counter.item(portions.get(1), 3),
            Counter.item(portions.get(2), 1), Counter.item(portions.get(0), 4)))).expect(409);
        assertThat(refused.code()).isEqualTo("out_of_stock");
        assertThat(refused.json().path("details").path("lines").get(0).path("variant_id").asString())
            .isEqualTo(portions.get(0).toString());
        assertThat(sweets.free(portions.get(0))).isEqualTo(2_000);
        sweets.client().post("orders", sweets.body("cod", List.of(Counter.item(portions.get(1), 2),
            Counter.item(portions.get(2), 1), Counter.item(portions.get(0), 4)))).expect(201);
        assertThat(sweets.free(portions.get(0))).isEqualTo(100);
    }

    /// Guard: the key's row in the placing statement. Without it the second call places a second order.
    @Test void a_repeat_with_the_same_key_gets_the_same_bytes_and_no_second_order() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Map<String, Object> body = pecos.body("stripe", List.of(Counter.item(boots, 1)));
        var keyed = pecos.client().idempotencyKey(UUID.randomUUID().toString());
        Answer first = keyed.post("orders", body).expect(201);
        Answer again = keyed.post("orders", body).expect(201);
        assertThat(again.bytes()).isEqualTo(first.bytes());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(pecos.free(boots)).isEqualTo(4);
        body.put("note", "another wish");
        assertThat(keyed.post("orders", body).expect(422).code()).isEqualTo("idempotency_key_reused");
    }

    /// Attack 1: not yours is not there, whatever you hold.
    @Test void somebody_elses_order_is_as_absent_as_none() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer mine = pecos.order("stripe", boots, 1).expect(201);
        Answer other = pecos.order("stripe", boots, 1).expect(201);
        String path = "orders/" + Counter.id(mine);
        Answer none = pecos.client().get("orders/" + UUID.randomUUID()).expect(404);
        for (var client : List.of(pecos.client(), pecos.holding(other), pecos.client().with("X-Order-Token", "x"))) {
            assertThat(client.get(path).expect(404).json().path("message")).isEqualTo(none.json().path("message"));
            client.put(path + "/cancel", null).expect(404);
            client.post(path + "/payments", Map.of("payment_method", "stripe")).expect(404);
        }
        assertThat(pecos.holding(mine).get(path).expect(200).data().has("order_token")).isFalse();
        assertThat(pecos.admin().get(path).expect(200).data().path("id").asString()).isEqualTo(Counter.id(mine));
    }

    @Test void numbers_are_the_channels_own_and_never_repeat() {
        var numbers = new java.util.HashSet<String>();
        UUID boots = pecos.goods("1.00 USD", 100);
        for (int i = 0; i < 20; i++)
            numbers.add(pecos.order("stripe", boots, 1).expect(201).data().path("order_number").asString());
        assertThat(numbers).hasSize(20).allMatch(number -> number.startsWith("PEC-"));
    }

    /// Guards: the checks of the table itself. Each direct write dies of one.
    @Test void the_table_refuses_what_the_code_would_never_write() {
        UUID boots = pecos.goods("120.00 USD", 5);
        UUID order = UUID.fromString(Counter.id(pecos.order("stripe", boots, 1).expect(201)));
        for (String change : List.of("total = total + 1", "refunded = total + 1", "payment_status = 'paid'",
            "fulfilment_status = 'shipped'", "status = 'lost'"))
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> shop.database()
                .execute("update ordering.orders set " + change + " where id = ?", order)).as(change)
                .rootCause().hasMessageContaining("violates check constraint");
    }
}
