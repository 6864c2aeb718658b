package io.millrace.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Client;
import io.millrace.testing.RealData;
import io.millrace.testing.Shop;
import io.millrace.testing.ShopProcess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Catalogues of real shops, taken whole or refused line by line with the reason.
class RealCatalogueTest {
    private static final String GROCERY = "israel-grocery-prices/israeli_prices_2026-08-21.csv.gz";

    @Test void woocommerces_own_samples_come_in_whole_but_for_what_cannot_be_sold_here() {
        Shop shop = Shop.shared();
        String token = token(shop.client());
        Import theme = Import.csv(shop.client(), token, "bizmarket",
            RealData.open("woocommerce/sample_products.csv"));
        assertThat(theme.count("created")).isPositive();
        assertThat(theme.refused()).extracting(line -> line.path("lines").get(0).asLong())
            .as("the grouped and the external product, by line").hasSize(2);
        assertThat(theme.refused()).allSatisfy(line -> assertThat(line.path("errors").has("Type")).isTrue());
        assertThat(theme.outcomes()).as("every line is answered").isEqualTo(24);

        Client visitor = shop.client().channel("bizmarket");
        assertThat(visitor.get("products/search?q=T-Shirt").expect(200).text()).contains("T-Shirt");
        Import again = Import.csv(shop.client(), token, "bizmarket",
            RealData.open("woocommerce/sample_products.csv"));
        assertThat(again.count("created") + again.count("changed")).as("nothing changes").isZero();

        Import sample = Import.csv(shop.client(), token, "proxies",
            RealData.open("woocommerce/importer-sample.csv"));
        assertThat(sample.outcomes()).isEqualTo(7);
        assertThat(sample.refused()).hasSize(2);
    }

    @Test void a_supermarkets_57_779_goods_come_in_under_512_megabytes_and_the_second_time_changes_nothing() {
        RealData.file(GROCERY);
        try (ShopProcess shop = ShopProcess.with()) {
            String token = token(shop.client());
            Import first = Import.ndjson(shop.client(), token, "sweets", goods());
            assertThat(first.outcomes()).isEqualTo(57_779);
            assertThat(first.count("created") + first.count("changed") + first.count("unchanged")
                + first.count("refused")).isEqualTo(57_779);
            System.out.println("grocery, first: " + first.summary());
            long weighed = shop.database().number("select count(*) from catalog.variants where unit = 'gram'");
            assertThat(weighed).as("goods by weight draw on grams").isPositive();

            Import second = Import.ndjson(shop.client(), token, "sweets", goods());
            System.out.println("grocery, again: " + second.summary());
            assertThat(second.count("created")).isZero();
            assertThat(second.count("changed")).as("a price sync without new prices changes nothing").isZero();
            assertThat(second.count("refused")).isEqualTo(first.count("refused"));
        }
    }

    /// One line for each row; what one chain lists twice (two stores) gets its own key, as its price may differ.
    private static Stream<Map<String, Object>> goods() {
        AtomicLong row = new AtomicLong();
        return RealData.rows(GROCERY).map(record -> {
            boolean weighed = record.getField("שקיל").equals("1");
            String key = "il-" + row.incrementAndGet();
            Map<String, Object> variant = new LinkedHashMap<>();
            variant.put("sku", key);
            variant.put("name", weighed ? "1 kg" : "");
            variant.put("unit", weighed ? "gram" : "piece");
            variant.put("factor", weighed ? 1_000 : 1);
            variant.put("price", record.getField("מחיר (₪)"));
            variant.put("stock", weighed ? 100_000 : 100);
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("external_key", key);
            line.put("name", record.getField("שם מוצר"));
            line.put("type", weighed ? "weighed" : "physical");
            line.put("status", "active");
            line.put("brand", record.getField("יצרן"));
            line.put("attributes", Map.of("barcode", record.getField("ברקוד"), "chain",
                record.getField("רשת")));
            line.put("variants", new ArrayList<>(List.of(variant)));
            return line;
        });
    }

    private static String token(Client client) {
        return client.post("auth/login", Map.of("email", "admin@example.com", "password", "millrace-admin"))
            .expect(200).data().path("access_token").asString();
    }
}
