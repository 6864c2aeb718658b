package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Orders as nobody may place them, and statuses as nobody may set them.
class RefusedOrdersTest {
    private static final Shop SHOP = Shop.shared();
    private static final Counter PECOS = new Counter(SHOP, "pecos");
    private static final UUID GOODS = PECOS.goods("12.00 USD", 1_000);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        contact                    | contact | null
        contact.name               | contact | {"email":"a@example.com"}
        contact.email              | contact | {"name":"A"}
        contact.email              | contact | {"name":"A","email":"not an address"}
        contact.phone              | contact | {"name":"A","phone":"12"}
        contact.name               | contact | {"name":"A\\u2028B","email":"a@example.com"}
        items                      | items | []
        items[0]                   | items | [null]
        items[0].variant_id        | items | [{"quantity":1}]
        items[0].variant_id        | items | [{"variant_id":"1","quantity":1}]
        items[0].quantity          | items | [{"variant_id":@ID}]
        items[0].quantity          | items | [{"variant_id":@ID,"quantity":0}]
        items[0].options           | items | [{"variant_id":@ID,"quantity":1,"options":{"a":null}}]
        items[0].options           | items | [{"variant_id":@ID,"quantity":1,"options":{"a":"\\u0007"}}]
        shipping_address.line1     | shipping_address | {"city":"X","country":"US"}
        shipping_address.country   | shipping_address | {"line1":"1","city":"X"}
        shipping_address.country   | shipping_address | {"line1":"1","city":"X","country":"FR"}
        shipping_address.country   | shipping_address | {"line1":"1","city":"X","country":"USA"}
        shipping_address.latitude  | shipping_address | {"line1":"1","city":"X","country":"US","latitude":1.5}
        shipping_address.latitude  | shipping_address | {"line1":"1","city":"X","latitude":91,"longitude":0}
        shipping_address.longitude | shipping_address | {"line1":"1","city":"X","latitude":0,"longitude":181}
        billing_address.city       | billing_address | {"line1":"1","country":"FR"}
        shipping_method            | shipping_method | "by pigeon"
        payment_method             | payment_method | null
        note                       | note | "rings the bell \\u0007"
        total                      | total | "0.01"
        status                     | status | "paid\"""") void what_is_wrong_is_named(String field, String name,
        String json) {
        Map<String, Object> body = new HashMap<>(PECOS.body("stripe", List.of(Counter.item(GOODS, 1))));
        body.remove(name.strip());
        String rest = new String(io.millrace.http.Json.bytes(body), java.nio.charset.StandardCharsets.UTF_8);
        Answer answer = PECOS.client().checked().post("orders",
            "{\"" + name.strip() + "\":" + json.strip().replace("@ID", "\"" + GOODS + "\"") + ","
                + rest.substring(1));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.json().path("errors").propertyNames()).as(answer.text()).contains(field.strip());
    }

    @Test void more_than_anybody_orders_is_refused_by_number() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (int i = 0; i <= PlaceOrder.LINES_MAX; i++) lines.add(Counter.item(GOODS, 1));
        assertThat(PECOS.client().post("orders", PECOS.body("stripe", lines)).expect(422).text()).contains("items");
        Map<String, Object> line = new HashMap<>(Counter.item(GOODS, 1));
        line.put("options", IntStream.range(0, 21).boxed().collect(Collectors.toMap(i -> "o" + i, i -> "x")));
        assertThat(PECOS.client().post("orders", PECOS.body("stripe", List.of(line))).expect(422).text())
            .contains("items[0].options");
    }

    @Test void a_status_is_asked_for_by_its_name_and_reached_by_its_command_or_not_at_all() {
        Answer placed = PECOS.order("cod", GOODS, 1).expect(201);
        Client admin = PECOS.admin().checked();
        String path = "admin/orders/" + Counter.id(placed) + "/status";
        for (String never : List.of("confirmed", "pending_payment", "nonsense"))
            admin.put(path, Map.of("status", never)).expect(422);
        admin.put(path, Map.of()).expect(422);
        admin.put("admin/orders/" + UUID.randomUUID() + "/status", Map.of("status", "processing")).expect(404);
        admin.put(path, Map.of("status", "delivered")).expect(409);
        admin.put(path, Map.of("status", "processing")).expect(200);
        admin.put(path, Map.of("status", "shipped", "carrier", "x".repeat(81))).expect(422);
        assertThat(admin.put(path, Map.of("status", "shipped", "carrier", "ups", "tracking_number", "1Z1"))
            .expect(200).data().path("status").asString()).isEqualTo("shipped");
        assertThat(admin.put(path, Map.of("status", "delivered")).expect(200).data().path("fulfilment_status")
            .asString()).isEqualTo("delivered");

        Answer other = PECOS.order("cod", GOODS, 1).expect(201);
        String cancel = "admin/orders/" + Counter.id(other) + "/status";
        admin.put(cancel, Map.of("status", "cancelled", "reason", "x\ny")).expect(422);
        admin.put(cancel, Map.of("status", "cancelled", "reason", "out of season")).expect(200);
        assertThat(PECOS.shown(other).path("cancel_reason").asString()).contains("out of season");
    }

    @Test void the_shops_people_list_by_what_they_look_for() {
        PECOS.order("cod", GOODS, 1).expect(201);
        Answer placed = PECOS.order("cod", GOODS, 1).expect(201);
        Client admin = PECOS.admin().checked();
        String number = placed.data().path("order_number").asString();
        assertThat(ids(admin.get("admin/orders?number=" + number))).containsExactly(Counter.id(placed));
        assertThat(ids(admin.get("admin/orders?channel=pecos&status=confirmed&per_page=1"))).hasSize(1);
        assertThat(ids(admin.get("admin/orders?payment_status=due&phone=%2B12025550123&per_page=100")))
            .contains(Counter.id(placed));
        Answer page = admin.get("admin/orders?per_page=1").expect(200);
        String next = page.json().path("pagination").path("next_cursor").asString();
        assertThat(ids(admin.get("admin/orders?per_page=1&cursor=" + next))).isNotEqualTo(ids(page));
        admin.get("admin/orders?status=lost").expect(422);
        for (String wrong : List.of("per_page=0", "per_page=101", "page=x", "cursor=x", "cursor=WyJrIl0"))
            admin.get("admin/orders?" + wrong).expect(422);
        Answer stream = admin.with("Accept", "application/x-ndjson").get("admin/orders?number=" + number);
        assertThat(stream.text().lines()).hasSize(1).first().asString().contains(number);
    }

    @Test void what_should_not_have_happened_waits_for_a_person() {
        UUID odd = UUID.randomUUID();
        SHOP.database().execute("""
            insert into ordering.unexpected (id, order_id, state, fact, at) values (?, ?, '{"a":1}', '{"b":2}', now())
            """, odd, UUID.randomUUID());
        Client admin = PECOS.admin().checked();
        assertThat(admin.get("admin/orders/unexpected").expect(200).text()).contains(odd.toString());
        admin.post("admin/orders/unexpected/" + odd + "/resolve", null).expect(204);
        admin.post("admin/orders/unexpected/" + odd + "/resolve", null).expect(404);
        assertThat(admin.get("admin/orders/unexpected").expect(200).text()).doesNotContain(odd.toString());
        assertThat(SHOP.database().number("select count(*) from ordering.unexpected where id = ? "
            + "and resolved_by is not null", odd)).isEqualTo(1);
    }

    private static List<String> ids(Answer answer) {
        return answer.expect(200).data().valueStream().map((JsonNode order) -> order.path("id").asString()).toList();
    }
}
