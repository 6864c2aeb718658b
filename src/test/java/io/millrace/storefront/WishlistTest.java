package io.millrace.storefront;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.Product;
import io.millrace.pricing.PricingEvent;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// F027: what people wish for, whom they show it to, and what they are told.
class WishlistTest {
    private final Shop shop = Shop.shared();
    private final Wares wares = new Wares(shop);
    private final Client ann = wares.customer().channel("pecos").checked();

    @Test void wishes_are_put_toggled_and_taken_off() {
        String boots = product("60.00 USD");
        String hat = product("20.00 USD");
        assertThat(ann.get("wishlist").expect(200).data().path("items").size()).isZero();
        ann.post("wishlist", Map.of("product_id", boots)).expect(201);
        ann.post("wishlist", Map.of("product_id", boots)).expect(200);
        assertThat(wished(ann.post("wishlist/toggle", Map.of("product_id", hat)).expect(201))).isTrue();
        assertThat(ids(ann.get("wishlist"))).containsExactly(boots, hat);
        assertThat(ann.get("wishlist").data().path("items").get(0).path("product").path("price").path("amount")
            .asString()).isEqualTo("60.00");
        assertThat(wished(ann.post("wishlist/toggle", Map.of("product_id", hat)).expect(200))).isFalse();
        ann.put("wishlist/" + hat, null).expect(201);
        ann.put("wishlist/" + hat, null).expect(200);
        ann.delete("wishlist/" + boots).expect(204);
        ann.delete("wishlist/" + boots).expect(204);
        assertThat(ids(ann.get("wishlist"))).containsExactly(hat);
        assertThat(ids(ann.channel("bizmarket").get("wishlist"))).as("another channel's is another").isEmpty();
        ann.post("wishlist", Map.of("product_id", UUID.randomUUID())).expect(404);
        ann.channel("bizmarket").post("wishlist", Map.of("product_id", hat)).expect(404);
        ann.post("wishlist", Map.of()).expect(422);
        ann.post("wishlist", Map.of("product_id", hat, "account", UUID.randomUUID())).expect(422);
        shop.client().get("wishlist").expect(401);
    }

    @Test void lists_have_names_and_are_nobody_elses_business() {
        String list = ann.post("wishlist/lists", Map.of("name", "Winter")).expect(201).data().path("id").asString();
        String hat = product("20.00 USD");
        ann.put("wishlist/lists/" + list + "/items/" + hat, null).expect(201);
        ann.put("wishlist/lists/" + list, Map.of("name", "Summer")).expect(200);
        JsonNode all = ann.get("wishlist/lists").expect(200).data();
        assertThat(all.get(0).path("name").asString()).isEqualTo("Summer");
        assertThat(all.get(0).path("entries").asInt()).isEqualTo(1);
        Client mallory = wares.customer().channel("pecos");
        // guard: the owner stands in every condition
        mallory.get("wishlist/lists/" + list).expect(404);
        mallory.put("wishlist/lists/" + list, Map.of("name", "Mine")).expect(404);
        mallory.put("wishlist/lists/" + list + "/items/" + hat, null).expect(404);
        mallory.delete("wishlist/lists/" + list + "/items/" + hat).expect(404);
        mallory.post("wishlist/lists/" + list + "/share", null).expect(404);
        mallory.delete("wishlist/lists/" + list + "/share").expect(404);
        mallory.delete("wishlist/lists/" + list).expect(404);
        assertThat(ids(ann.get("wishlist/lists/" + list))).containsExactly(hat);
        ann.delete("wishlist/lists/" + list + "/items/" + hat).expect(204);
        ann.delete("wishlist/lists/" + list).expect(204);
        ann.get("wishlist/lists/" + list).expect(404);
    }

    @Test void a_link_shows_a_list_until_it_is_void() {
        String list = ann.post("wishlist/lists", Map.of("name", "Wedding")).expect(201).data().path("id").asString();
        String hat = product("20.00 USD");
        ann.put("wishlist/lists/" + list + "/items/" + hat, null).expect(201);
        String first = ann.post("wishlist/lists/" + list + "/share", null).expect(200).data().path("path").asString();
        Answer seen = shop.client().checked().get(first).expect(200);
        assertThat(ids(seen)).containsExactly(hat);
        assertThat(seen.text()).contains("Wedding").doesNotContain("Ann").doesNotContain(list);
        assertThat(shop.database().number("select count(*) from storefront.wishlists where encode(share_hash, 'escape')"
            + " like ?", "%" + first.substring(first.lastIndexOf('/') + 1) + "%")).as("only the hash is kept").isZero();
        String second = ann.post("wishlist/lists/" + list + "/share", null).expect(200).data().path("path").asString();
        shop.client().get(first).expect(404);
        shop.client().get(second).expect(200);
        ann.delete("wishlist/lists/" + list + "/share").expect(204);
        shop.client().get(second).expect(404);
        shop.client().get("wishlist/shared/x").expect(404);
    }

    /// Guards: the list's row is taken first, and the key of list and product. Without them the count drifts from the
    /// entries, or one product stands there twice.
    @Test void twenty_at_once_leave_one_entry_and_a_true_count() {
        String hat = product("20.00 USD");
        List<Answer> put = atOnce(20, i -> ann.post("wishlist", Map.of("product_id", hat)));
        assertThat(put).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(put).filteredOn(answer -> answer.status() == 200).hasSize(19);
        List<Answer> toggled = atOnce(20, i -> ann.post("wishlist/toggle", Map.of("product_id", hat)));
        assertThat(toggled).allMatch(answer -> answer.status() < 300);
        assertThat(ids(ann.get("wishlist"))).as("an even number of toggles").containsExactly(hat);
        assertThat(ann.get("wishlist/lists").data().get(0).path("entries").asInt()).isEqualTo(1);
        assertThat(atOnce(24, i -> ann.post("wishlist/lists", Map.of("name", "L" + i))))
            .filteredOn(answer -> answer.status() == 201).as("guard: each list has a place of its own")
            .hasSizeLessThanOrEqualTo(Wishlists.LISTS_MAX - 1);
    }

    /// Guard: the entries are counted where they are added, under the list's lock.
    @Test void a_list_has_an_end() {
        String hat = product("20.00 USD");
        ann.post("wishlist", Map.of("product_id", hat)).expect(201);
        String list = ann.get("wishlist").data().path("id").asString();
        shop.database().execute("update storefront.wishlists set entries = 199 where id = ?", UUID.fromString(list));
        List<String> more = IntStream.range(0, 4).mapToObj(i -> product("1.00 USD")).toList();
        List<Answer> put = atOnce(4, i -> ann.put("wishlist/" + more.get(i), null));
        assertThat(put).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(put).filteredOn(answer -> answer.status() == 422)
            .hasSize(3).allMatch(answer -> answer.code().equals("wishlist_full"));
        ann.put("wishlist/" + hat, null).expect(200);
    }

    /// Guard: the entry moves in the statement that finds the crossing. Without that each hearing tells again.
    @Test void a_price_drop_is_told_once_however_often_it_is_heard() {
        Product boots = wares.piece("pecos", "Boots " + UUID.randomUUID(), "60.00 USD");
        ann.post("wishlist", Map.of("product_id", boots.id())).expect(201);
        wares.reprice(boots, "70.00 USD");
        wares.reprice(boots, "55.00 USD");
        Eventually.passes(() -> assertThat(told(boots.id())).containsExactly("storefront.WishPriceDropped"));
        hearAgain(boots.id());
        wares.reprice(boots, "50.00 USD");
        Eventually.passes(() -> assertThat(told(boots.id())).hasSize(2));
        JsonNode drop = new tools.jackson.databind.json.JsonMapper().readTree(String.valueOf(shop.database().value("""
            select payload::text from messaging.facts where type = 'storefront.WishPriceDropped'
               and payload ->> 'product' = ? order by version desc limit 1""", boots.id().toString())));
        assertThat(drop.path("before").path("amount").asString()).isEqualTo("55.00");
        assertThat(drop.path("now").path("amount").asString()).isEqualTo("50.00");
        assertThat(drop.path("version").asLong()).isEqualTo(2);
        ann.delete("wishlist/" + boots.id()).expect(204);
        wares.reprice(boots, "40.00 USD");
        hearAgain(boots.id());
        assertThat(told(boots.id())).as("nobody wishes for it any more").hasSize(2);
    }

    @Test void what_is_back_in_stock_is_told_once_for_each_time() {
        Client admin = wares.admin().channel("pecos");
        String product = admin
            .post("products", Map.of("name", "Lamp " + UUID.randomUUID(), "type", "physical", "status",
                "active", "price", Map.of("amount", "9.00", "currency", "USD"), "on_hand", 0))
            .expect(201).data()
            .path("id").asString();
        UUID id = UUID.fromString(product);
        ann.post("wishlist", Map.of("product_id", product)).expect(201);
        assertThat(ann.get("wishlist").data().path("items").get(0).path("product").path("in_stock").asBoolean())
            .isFalse();
        stock(admin, product, 3);
        Eventually.passes(() -> assertThat(told(id)).containsExactly("storefront.WishBackInStock"));
        hearAgain(id);
        stock(admin, product, 2);
        stock(admin, product, -5);
        Eventually.holds("it is gone again", () -> !ann.get("wishlist").data().path("items").get(0).path("product")
            .path("in_stock").asBoolean()
            && shop.database().number(
                "select count(*) from storefront.wishes where product = ? and not in_stock", id) == 1);
        assertThat(told(id)).hasSize(1);
        stock(admin, product, 2);
        Eventually.passes(() -> assertThat(told(id)).hasSize(2));
    }

    private void hearAgain(UUID product) {
        var fact = new PricingEvent.PricesChanged(UUID.randomUUID(), 99, Instant.EPOCH, "pecos", product, null,
            List.of());
        atOnce(8, i -> shop.bean(WishInbox.class).price(fact).toFuture().join());
    }

    private static void stock(Client admin, String product, long delta) {
        admin.put("inventory/product/" + product, Map.of("delta", delta, "reason", "count")).expect(200);
    }

    private List<String> told(UUID product) {
        return shop.database().rows("select type from messaging.facts where type like 'storefront.Wish%' and "
            + "payload ->> 'product' = ? order by position", product.toString()).stream()
            .map(row -> String.valueOf(row.get("type"))).toList();
    }

    private String product(String price) {
        return wares.piece("pecos", "Thing " + UUID.randomUUID(), price).id().toString();
    }

    private static boolean wished(Answer answer) {
        return answer.data().path("wished").asBoolean();
    }

    private static List<String> ids(Answer list) {
        return list.expect(200).data().path("items").valueStream().map(item -> item.path("product_id").asString())
            .toList();
    }

    private static <T> List<T> atOnce(int many, IntFunction<T> what) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return IntStream.range(0, many)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> what.apply(i), threads)).toList().stream()
                .map(CompletableFuture::join).toList();
        }
    }
}
