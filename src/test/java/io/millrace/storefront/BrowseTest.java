package io.millrace.storefront;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductStatus;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Saved;
import io.millrace.catalog.VariantDraft;
import io.millrace.money.Money;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What a shopper can ask of lists, search and details, in a channel of its own goods.
class BrowseTest {
    private static final String CHANNEL = "pecos";
    private static final String MARK = "B" + UUID.randomUUID().toString().substring(0, 6).toLowerCase();
    private static final Shop SHOP = Shop.shared();
    private static final Client CLIENT = SHOP.client().channel(CHANNEL);
    private static UUID boots = new UUID(0, 0);
    private static UUID hiking = new UUID(0, 0);
    private static UUID hats = new UUID(0, 0);

    @BeforeAll static void stock_the_shelves() {
        Catalog catalog = SHOP.bean(Catalog.class);
        Map<String, UUID> shelves = catalog.categories(CHANNEL, List.of(MARK + " boots", MARK + " boots > Hiking",
            MARK + " hats")).toFuture().join();
        boots = Objects.requireNonNull(shelves.get(MARK + " boots"));
        hiking = Objects.requireNonNull(shelves.get(MARK + " boots > Hiking"));
        hats = Objects.requireNonNull(shelves.get(MARK + " hats"));
        List<ProductDraft> drafts = new ArrayList<>();
        for (int i = 0; i < 45; i++)
            drafts.add(draft("Boot %s %02d".formatted(MARK, i), i % 2 == 0 ? boots : hiking,
                "brown-" + i, (10 + i % 7) + ".00 USD", i % 3 == 0 ? 0L : 5L, "Trail" + MARK));
        drafts.add(draft("Waterproof boot " + MARK, hiking, "wet", "149.99 USD", 3L, "Dry" + MARK));
        drafts.add(draft("Straw hat " + MARK, hats, "hat", "25.00 USD", 3L, "Sun" + MARK));
        assertThat(catalog.save(drafts, Catalog.Repeats.CHANGE_NOTHING).toFuture().join())
            .allMatch(Saved.Created.class::isInstance);
    }

    private static ProductDraft draft(String name, UUID shelf, String sku, String price, long stock, String brand) {
        return new ProductDraft(null, CHANNEL, null, null, name, ProductType.PHYSICAL, ProductStatus.ACTIVE,
            "All of " + MARK, null, brand, null, null, null, null, List.of(shelf), null,
            List.of(VariantDraft.piece(MARK + sku + "-s", "S", Money.parse(price), stock),
                VariantDraft.piece(MARK + sku + "-l", "L", Money.parse(price), stock)),
            true, null);
    }

    @Test void boots_come_in_pages_of_twenty_sorted_by_price_with_totals() {
        Answer second = list("category=" + boots + "&sort=price&page=2").expect(200);
        assertThat(second.data()).hasSize(20);
        JsonNode pagination = second.json().path("pagination");
        assertThat(pagination.path("total").asInt()).isEqualTo(46);
        assertThat(pagination.path("total_pages").asInt()).isEqualTo(3);
        assertThat(pagination.path("next_page").asInt()).isEqualTo(3);
        assertThat(pagination.path("prev_page").asInt()).isEqualTo(1);
        List<Double> prices = second.data().valueStream()
            .map(card -> Double.valueOf(card.path("price").path("amount").asString())).toList();
        assertThat(prices).isSorted();
    }

    @Test void a_category_holds_what_stands_below_it_too() {
        assertThat(total("category=" + hiking)).isEqualTo(23);
        assertThat(total("category=" + boots)).isEqualTo(46);
        assertThat(CLIENT.get("/api/v1/categories/" + boots + "/products?per_page=1").expect(200).json()
            .path("pagination").path("total").asInt()).isEqualTo(46);
        CLIENT.get("/api/v1/categories/" + UUID.randomUUID() + "/products").expect(404);
        CLIENT.get("/api/v1/categories/" + hats).expect(200);
    }

    @Test void every_filter_narrows_the_list() {
        String all = "category=" + boots;
        assertThat(total(all + "&min_price=12&max_price=13.00")).isEqualTo(13);
        assertThat(total(all + "&in_stock=true")).isEqualTo(31);
        assertThat(total(all + "&in_stock=false")).isEqualTo(15);
        assertThat(total(all + "&type=physical")).isEqualTo(46);
        assertThat(total(all + "&type=digital")).isZero();
        assertThat(total(all + "&brand=trail" + MARK)).isEqualTo(45);
        assertThat(total(all + "&seller=" + UUID.randomUUID())).isZero();
        assertThat(total("search=straw+" + MARK)).isEqualTo(1);
    }

    @Test void a_cursor_walks_each_order_without_a_gap_and_without_a_repeat() {
        for (String sort : List.of("newest", "name", "-name", "price", "-price")) {
            Set<String> seen = new HashSet<>();
            String cursor = "";
            do {
                Answer page = list("category=" + boots + "&sort=" + sort + "&per_page=7" + cursor).expect(200);
                page.data().forEach(card -> assertThat(seen.add(card.path("id").asString())).as(sort).isTrue());
                JsonNode next = page.json().path("pagination").path("next_cursor");
                cursor = next.isMissingNode() ? "" : "&cursor=" + next.asString();
            } while (!cursor.isEmpty());
            assertThat(seen).as(sort).hasSize(46);
        }
    }

    @Test void ndjson_streams_every_match_one_object_a_line() {
        Answer lines = CLIENT.with("Accept", "application/x-ndjson").get("/api/v1/products?category=" + boots)
            .expect(200);
        assertThat(lines.header("Content-Type")).startsWith("application/x-ndjson");
        assertThat(lines.text().lines()).hasSize(46).allMatch(line -> line.startsWith("{\"id\":"));
    }

    @Test void a_typo_still_finds_waterproof_boots_with_facet_counts() {
        Answer hits = CLIENT.get("/api/v1/products/search?q=watrproof+boot+" + MARK).expect(200);
        assertThat(hits.data().get(0).path("name").asString()).isEqualTo("Waterproof boot " + MARK);
        JsonNode facets = CLIENT.get("/api/v1/products/search?q=" + MARK).expect(200).json().path("facets");
        assertThat(facets.path("type").get(0).path("count").asInt()).isEqualTo(47);
        assertThat(facets.path("brand").get(0).path("value").asString()).isEqualTo("Trail" + MARK);
        assertThat(facets.path("category").valueStream().mapToInt(one -> one.path("count").asInt()).sum())
            .isEqualTo(47);
        assertThat(facets.path("price").get(0).path("min").path("amount").asString()).isEqualTo("10.00");
        assertThat(facets.path("in_stock").get(0).path("count").asInt()).isEqualTo(32);
    }

    @Test void a_prefix_finds_and_in_stock_comes_first() {
        assertThat(CLIENT.get("/api/v1/products/search?q=waterpr+" + MARK).expect(200).data()).hasSize(1);
        JsonNode first = CLIENT.get("/api/v1/products/search?q=boot+" + MARK).expect(200).data().get(0);
        assertThat(first.path("in_stock").asBoolean()).isTrue();
        CLIENT.get("/api/v1/products/search").expect(422);
    }

    @Test void a_detail_is_found_by_id_and_by_slug_and_a_second_look_is_a_304() {
        Answer bySlug = CLIENT.get("/api/v1/products/waterproof-boot-" + MARK.toLowerCase()).expect(200);
        JsonNode detail = bySlug.data();
        assertThat(detail.path("variants")).hasSize(2);
        assertThat(detail.path("variants").get(0).path("is_default").asBoolean()).isTrue();
        assertThat(detail.path("variants").get(0).path("price").path("amount").asString()).isEqualTo("149.99");
        assertThat(detail.path("category").path("name").asString()).isEqualTo("Hiking");
        Answer byId = CLIENT.get("/api/v1/products/" + detail.path("id").asString()).expect(200);
        assertThat(byId.bytes()).isEqualTo(bySlug.bytes());
        assertThat(byId.header("Cache-Control")).contains("must-revalidate");
        assertThat(String.join(",", byId.headers().allValues("Vary"))).contains("X-Channel");
        String tag = String.valueOf(bySlug.header("ETag"));
        Answer again = CLIENT.with("If-None-Match", tag).get("/api/v1/products/" + detail.path("id").asString());
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.bytes()).isEmpty();
        assertThat(CLIENT.get("/api/v1/variants/product/" + detail.path("id").asString()).expect(200).data())
            .hasSize(2);
        SHOP.client().channel("sweets").get("/api/v1/products/" + detail.path("id").asString()).expect(404);
        CLIENT.get("/api/v1/products/no-such-thing-" + MARK).expect(404);
    }

    /// Attack 40: nothing a shopper types is SQL, and what makes no sense is a 422 that names it.
    @Test void nonsense_is_refused_by_name_and_wildcards_find_nothing() {
        for (String wrong : List.of("page=9223372036854775808", "page=0", "page=-1", "page=1e9", "per_page=101",
            "per_page=x", "sort=price;drop", "sort=p.id", "min_price=1e5", "min_price=-1", "max_price=abc",
            "in_stock=maybe", "seller=1", "cursor=%00", "cursor=bm90IG91cnM", "type=PHYSICAL%27--"))
            assertThat(list(wrong).expect(422).json().path("errors").has(wrong.substring(0, wrong.indexOf('='))))
                .as(wrong).isTrue();
        for (String nothing : List.of("%25%25%25", "%5f%5f%5f", "%27%20or%201=1--", "%26%7C!(", "a%3A*%20%26%20b"))
            list("search=zzzq" + nothing + "&category=" + hats).expect(200);
        assertThat(total("category=%25")).isZero();
        assertThat(total("category=" + boots + "%27+or+1=1")).isZero();
    }

    @Test void another_host_gets_the_same_bytes_but_cannot_poison_them() {
        Answer one = list("category=" + hats).expect(200);
        Answer other = CLIENT.with("X-Forwarded-Host", "evil.example").get("/api/v1/products?category=" + hats)
            .expect(200);
        assertThat(other.bytes()).isEqualTo(one.bytes());
        assertThat(other.text()).doesNotContain("evil");
    }

    @Test void drafts_are_not_shown_until_they_are_published() {
        Catalog catalog = SHOP.bean(Catalog.class);
        ProductDraft hidden = new ProductDraft(null, CHANNEL, null, "secret-" + MARK.toLowerCase(), "Secret " + MARK,
            ProductType.DIGITAL, ProductStatus.DRAFT, null, null, null, null, null, null, null, null, null,
            List.of(VariantDraft.piece(MARK + "secret", "", Money.parse("1.00 USD"), null)), true, null);
        catalog.save(List.of(hidden), Catalog.Repeats.COUNT).toFuture().join();
        CLIENT.get("/api/v1/products/secret-" + MARK.toLowerCase()).expect(404);
        assertThat(total("search=secret+" + MARK)).isZero();
    }

    private static Answer list(String query) {
        return CLIENT.get("/api/v1/products?" + query);
    }

    private static int total(String query) {
        return list(query).expect(200).json().path("pagination").path("total").asInt();
    }
}
