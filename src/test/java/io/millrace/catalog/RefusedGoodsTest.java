package io.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Products as an admin may not write them: each answer names the field, and nothing is written.
class RefusedGoodsTest {
    private static final Client ADMIN = new Wares(Shop.shared()).admin().channel("pecos").checked();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        variants[0]               | {"variants":[null]}
        variants[0].weight_grams  | {"variants":[{"weight_grams":0}]}
        variants[0].weight_grams  | {"variants":[{"weight_grams":100000001}]}
        variants[0].factor        | {"variants":[{"factor":0}]}
        variants[0].factor        | {"variants":[{"factor":100000001}]}
        variants[0].pool          | {"variants":[{"pool":"a b"}]}
        variants[0].pool          | {"variants":[{"pool":"../etc"}]}
        variants[0].image_url     | {"variants":[{"image_url":"javascript:alert(1)"}]}
        variants[0].image_url     | {"variants":[{"image_url":"https://x/\\"onerror=1"}]}
        variants[0].price         | {"variants":[{"price":{"amount":"-1.00","currency":"USD"}}]}
        variants[0].price         | {"variants":[{"price":{"amount":"1.00","currency":"EUR"}}]}
        variants[0].price         | {"variants":[{"price":{"amount":"10000000000.01","currency":"USD"}}]}
        variants[0].on_hand       | {"variants":[{"on_hand":-1}]}
        variants[0].on_hand       | {"variants":[{"on_hand":1000000000001}]}
        variants[0].id            | {"variants":[{"id":"0198c0de-0000-7000-8000-000000000001"}]}
        variants[1].is_default    | {"variants":[{"name":"a","is_default":true},{"name":"b","is_default":true}]}
        variants[1].sku           | {"variants":[{"name":"a","sku":"same"},{"name":"b","sku":"same"}]}
        variants[1].name          | {"variants":[{"name":"a","sku":"x1"},{"name":"a","sku":"x2"}]}
        variants[0].options       | {"variants":[{"options":{"Size":null}}]}
        variants[0].breaks[0].from_quantity | {"breaks":[{"from_quantity":1,"price":@USD}]}
        variants[0].breaks[1].from_quantity | {"breaks":[@FIVE,@FIVE]}
        breaks[0]                 | {"breaks":[{"from_quantity":5}]}
        variants[0].breaks[0]     | {"variants":[{"breaks":[null]}]}
        variants                  | {"sku":"short","variants":[{"name":"long"}]}
        images[0].url             | {"images":[{"alt":"no address"}]}
        images[0]                 | {"images":[null]}
        images[0].url             | {"images":[{"url":"ftp://x/y.png"}]}
        categories                | {"categories":["0198c0de-0000-7000-8000-000000000001"]}
        slug                      | {"slug":"No Slug"}
        status                    | {"status":"sold_out"}
        type                      | {"type":"thing"}""") void what_is_wrong_is_named(String field,
        String rest) {
        String name = "Refused " + UUID.randomUUID();
        String body = rest.strip().substring(1).replace("@FIVE", "{\"from_quantity\":5,\"price\":@USD}")
            .replace("@USD", "{\"amount\":\"1.00\",\"currency\":\"USD\"}");
        Answer answer = ADMIN.post("admin/products", "{\"name\":\"" + name + "\"," + body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.json().path("errors").propertyNames()).as(answer.text()).anyMatch(
            wrong -> wrong.startsWith(field.strip()));
        assertThat(Shop.shared().database().number("select count(*) from catalog.products where name = ?", name))
            .isZero();
    }

    @Test void more_than_anybody_needs_is_refused_by_number() {
        List<Map<String, String>> many = IntStream.range(0, VariantDrafting.VARIANTS_MAX + 1)
            .mapToObj(i -> Map.of("name", "v" + i)).toList();
        assertThat(refused(Map.of("name", "Many", "variants", many)).propertyNames()).contains("variants");
        Map<String, String> options = new java.util.TreeMap<>();
        for (int i = 0; i < 11; i++) options.put("o" + i, "x");
        assertThat(refused(Map.of("name", "Options", "variants", List.of(Map.of("options", options)))).propertyNames())
            .contains("variants[0].options");
        assertThat(refused(Map.of("name", "Wide", "variants", List.of(Map.of("options", Map.of("o", "x".repeat(256)),
            "name", "n".repeat(600))))).propertyNames()).contains("variants[0].options", "variants[0].name");
        List<Map<String, Object>> steps = IntStream.range(2, 23).mapToObj(from -> Map.<String, Object>of(
            "from_quantity", from, "price", Map.of("amount", "1.00", "currency", "USD"))).toList();
        assertThat(refused(Map.of("name", "Steps", "breaks", steps)).propertyNames()).contains("variants[0].breaks");
    }

    @Test void all_that_may_be_said_of_a_product_comes_back_and_putting_it_whole_forgets_the_rest() {
        String mark = UUID.randomUUID().toString().substring(0, 8);
        Answer made = ADMIN.post("admin/products", Map.ofEntries(Map.entry("name", "Whole " + mark),
            Map.entry("external_key", "key-" + mark), Map.entry("brand", "Ridge"), Map.entry("featured", 3),
            Map.entry("seller", UUID.randomUUID()), Map.entry("status", "active"),
            Map.entry("attributes", Map.of("fabric", "wool")),
            Map.entry("images", List.of(Map.of("url", "https://img.example/a.png", "alt", "front"))),
            Map.entry("variants", List.of(
                Map.of("options", Map.of("Size", "S"), "pool", "wool", "image_url", "/s.png", "weight_grams", 120),
                Map.of("options", Map.of("Size", "M"), "pool", "wool", "weight_grams", 140)))))
            .expect(201);
        JsonNode data = made.data();
        assertThat(data.path("variants").get(0).path("name").asString()).isEqualTo("S");
        assertThat(data.path("variants").get(0).path("pool").asString()).isEqualTo("wool");
        assertThat(data.path("variants").get(0).path("image_url").asString()).isEqualTo("/s.png");
        assertThat(data.path("external_key").asString()).isEqualTo("key-" + mark);
        assertThat(data.path("featured").asInt()).isEqualTo(3);

        String id = data.path("id").asString();
        ADMIN.post("admin/products/" + id + "/images", Map.of("url", "https://img.example/b.png", "rank", 0))
            .expect(200);
        JsonNode shown = ADMIN.get("admin/products/" + id).expect(200).data();
        assertThat(shown.path("images").get(0).path("url").asString()).isEqualTo("https://img.example/b.png");

        JsonNode whole = ADMIN.put("admin/products/" + id, Map.of("name", "Bare " + mark, "variants", List.of(
            Map.of("id", data.path("variants").get(1).path("id").asString())))).expect(200).data();
        assertThat(whole.path("images").size()).isZero();
        assertThat(whole.has("brand")).isFalse();
        assertThat(whole.has("featured")).isFalse();
        assertThat(whole.path("variants").size()).as("who is not named again is gone").isEqualTo(1);
        assertThat(whole.path("variants").get(0).path("name").asString()).isEqualTo("M");
        assertThat(whole.path("slug")).isEqualTo(data.path("slug"));
        ADMIN.put("admin/products/" + id, Map.of("name", "None", "variants", List.of())).expect(422);
        ADMIN.put("admin/products/" + id, Map.of("name", "Twice", "variants", List.of(
            Map.of("id", data.path("variants").get(1).path("id").asString()),
            Map.of("id", data.path("variants").get(1).path("id").asString())))).expect(422);
    }

    private static JsonNode refused(Map<String, Object> body) {
        return ADMIN.post("admin/products", body).expect(422).json().path("errors");
    }
}
