package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.Jobs;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SealedOrdersTest {
    private final Shop shop = Shop.shared();
    private final Counter pecos = new Counter(shop, "pecos");
    private final UUID boots = pecos.goods("10.00 USD", 1_000);

    private Answer ordered(String name, String note, Client client) {
        Map<String, Object> item = new java.util.LinkedHashMap<>(Counter.item(boots, 1));
        item.put("options", Map.of("engraving", name));
        Map<String, Object> body = pecos.body("stripe", List.of(item));
        body.put("contact", Map.of("name", name, "email", name + "@example.com", "phone", "+12025550147"));
        body.put("note", note);
        return client.post("orders", body).expect(201);
    }

    private String row(String order) {
        return String.valueOf(shop.database().value("select o::text from ordering.orders o where id = ?::uuid", order));
    }

    @Test void a_row_tells_nobody_who_bought_and_the_buyer_everything() {
        String ada = "Ada" + UUID.randomUUID().toString().substring(0, 8);
        Answer placed = ordered(ada, "ring twice, " + ada, pecos.client());
        assertThat(row(Counter.id(placed))).doesNotContain(ada, "2025550147", "Market Street", "twice");
        JsonNode shown = pecos.shown(placed);
        assertThat(shown.path("contact").path("name").asString()).isEqualTo(ada);
        assertThat(shown.path("contact").path("phone").asString()).isEqualTo("+12025550147");
        assertThat(shown.path("shipping_address").path("line1").asString()).isEqualTo("1 Market Street");
        assertThat(shown.path("note").asString()).isEqualTo("ring twice, " + ada);
        assertThat(shown.path("items").get(0).path("options").path("engraving").asString()).isEqualTo(ada);
        assertThat(shown).isEqualTo(pecos.admin().get("orders/" + Counter.id(placed)).expect(200).data());
        assertThat(pecos.admin().get("admin/orders?phone=%2B12025550147&per_page=100").expect(200).data())
            .anyMatch(order -> order.path("id").asString().equals(Counter.id(placed)));
        assertThat(shop.database().number("select count(*) from vault.keys where person = ?::uuid",
            Counter.id(placed))).isEqualTo(1);
    }

    @Test void a_stored_reply_is_sealed_and_told_again_byte_for_byte() {
        String key = UUID.randomUUID().toString();
        Client client = pecos.client().idempotencyKey(key);
        String eve = "Eve" + key.substring(0, 8);
        Answer first = ordered(eve, "quick", client);
        Answer again = ordered(eve, "quick", client);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.text()).isEqualTo(first.text()).contains(first.data().path("order_number").asString());
        assertThat(String.valueOf(shop.database().value(
            "select encode(body, 'escape') || headers || value from http.idempotency where key = ?", key)))
            .doesNotContain(eve, first.data().path("order_token").asString(), "client_secret");
    }

    @Test void what_was_sealed_for_one_order_does_not_open_in_another() {
        Answer ada = ordered("Ada", "one", pecos.client());
        Answer eve = ordered("Eve", "two", pecos.client());
        shop.database().execute("""
            update ordering.orders o set sealed = other.sealed from ordering.orders other
             where o.id = ?::uuid and other.id = ?::uuid""", Counter.id(ada), Counter.id(eve));
        assertThat(pecos.holding(ada).get("orders/" + Counter.id(ada)).status()).isEqualTo(500);
        shop.database().execute("""
            update vault.keys k set wrapped = other.wrapped from vault.keys other
             where k.person = ?::uuid and other.person = ?::uuid""", Counter.id(ada), Counter.id(eve));
        assertThat(pecos.holding(ada).get("orders/" + Counter.id(ada)).status()).isEqualTo(500);
        shop.database().execute("delete from ordering.orders where id = ?::uuid", Counter.id(ada));
        shop.database().execute("update vault.keys set wrapped = null, forgotten_at = now() where person = ?::uuid",
            Counter.id(ada));
    }

    @Test void why_somebody_cancelled_is_told_to_who_may_see_the_order_and_to_no_fact() {
        Answer placed = ordered("Ada", "one", pecos.client());
        pecos.holding(placed).put("orders/" + Counter.id(placed) + "/cancel", Map.of("reason", "my cat Mia is ill"))
            .expect(200);
        assertThat(pecos.shown(placed).path("cancel_reason").asString()).isEqualTo("customer: my cat Mia is ill");
        assertThat(shop.database().rows("""
            select payload->>'reason' as reason from messaging.facts
             where aggregate = ? and type = 'ordering.OrderCancelled'""", "order:" + Counter.id(placed)))
            .singleElement().satisfies(fact -> assertThat(fact.get("reason")).isEqualTo("customer_wish"));
        assertThat(row(Counter.id(placed))).doesNotContain("Mia");
    }

    @Test void orders_from_before_they_were_sealed_read_the_same_and_are_sealed_in_time() {
        Answer placed = ordered("Ada", "one", pecos.client());
        shop.database().execute("""
            update ordering.orders set sealed = null, phone_blind = null, email_blind = null,
                contact_name = 'Old Ada', contact_email = 'old@example.com', contact_phone = '+12025550199',
                document = document || '{"note": "old note", "shipping_address": {"name": "Old", "line1": "9 Old Row"}}'
             where id = ?::uuid""", Counter.id(placed));
        shop.database().execute("delete from vault.keys where person = ?::uuid", Counter.id(placed));
        assertThat(pecos.shown(placed).path("note").asString()).isEqualTo("old note");
        shop.bean(Jobs.class).run("ordering.seal").block();
        assertThat(row(Counter.id(placed))).doesNotContain("Old", "old@", "2025550199");
        JsonNode shown = pecos.shown(placed);
        assertThat(shown.path("contact").path("email").asString()).isEqualTo("old@example.com");
        assertThat(shown.path("shipping_address").path("line1").asString()).isEqualTo("9 Old Row");
    }

    @Test void staff_moves_are_accounted_for_with_before_and_after() {
        Counter sweets = new Counter(shop, "sweets");
        UUID laddu = sweets.goods("50.00 INR", 10);
        Answer placed = sweets.order("cod", laddu, 1).expect(201);
        sweets.admin().post("admin/orders/" + Counter.id(placed) + "/pack", Map.of()).expect(200);
        JsonNode entry = sweets.admin().get("admin/audit?object=order:" + Counter.id(placed)).expect(200).data().get(0);
        assertThat(entry.path("action").asString()).isEqualTo("order.pack");
        assertThat(entry.path("before").path("fulfilment_status").asString()).isEqualTo("unfulfilled");
        assertThat(entry.path("after").path("fulfilment_status").asString()).isEqualTo("packed");
        assertThat(entry.path("kind").asString()).isEqualTo("account");
    }
}
