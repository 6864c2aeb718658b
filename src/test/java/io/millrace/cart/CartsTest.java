package io.millrace.cart;

import static io.millrace.cart.Trolley.add;
import static io.millrace.cart.Trolley.opened;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.Product;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Carts over HTTP against a real database: what a shopper sees of his.
class CartsTest {
    private static final String CHANNEL = "ebuildify";
    private final Shop shop = Shop.shared();
    private final Wares wares = new Wares(shop);
    private final Client guest = shop.client().channel(CHANNEL);

    @Test void a_guest_fills_changes_and_empties_a_cart() {
        UUID boots = wares.variant(CHANNEL, "Boots", "100.00 GHS");
        UUID hat = wares.variant(CHANNEL, "Hat", "20.00 GHS");
        assertThat(guest.get("cart").expect(200).data().path("items").size()).isZero();
        Answer first = add(guest, boots, 1).expect(201);
        String token = String.valueOf(first.header("X-Cart-Token"));
        assertThat(token).hasSizeGreaterThanOrEqualTo(43);
        Client mine = guest.with("X-Cart-Token", token);
        Answer second = add(mine, hat, 2).expect(201);
        assertThat(second.header("X-Cart-Token")).as("shown once").isNull();
        JsonNode cart = mine.get("cart").expect(200).data();
        assertThat(cart.path("id").asString()).isEqualTo(first.data().path("id").asString());
        assertThat(cart.path("version").asLong()).isEqualTo(2);
        assertThat(cart.path("items").get(1).path("name").asString()).isEqualTo("Hat");
        assertThat(sum(cart, "subtotal")).isEqualTo("140.00");
        assertThat(sum(cart, "tax_total")).as("15 % of 140 and of 150 for the truck").isEqualTo("43.50");
        assertThat(sum(cart, "total")).isEqualTo("333.50");
        assertThat(cart.path("can_checkout").asBoolean()).isTrue();

        String hats = cart.path("items").get(1).path("id").asString();
        JsonNode fewer = mine.put("cart/items/" + hats, Map.of("quantity", 1)).expect(200).data();
        assertThat(sum(fewer, "subtotal")).isEqualTo("120.00");
        assertThat(mine.delete("cart/items/" + hats).expect(200).data().path("items").size()).isEqualTo(1);
        mine.delete("cart/items/" + hats).expect(404);
        assertThat(mine.delete("cart").expect(200).data().path("items").size()).isZero();
        assertThat(String.valueOf(shop.database().rows("select * from cart.carts"))).doesNotContain(token);
    }

    @Test void one_look_is_answered_304_to_the_next_until_something_moves() {
        Product boots = wares.piece(CHANNEL, "Watched boots", "100.00 GHS");
        Client mine = opened(guest, boots.variants().getFirst().id(), 1);
        String etag = String.valueOf(mine.get("cart").header("ETag"));
        assertThat(mine.with("If-None-Match", etag).get("cart").status()).isEqualTo(304);
        wares.reprice(boots, "110.00 GHS");
        Answer moved = mine.with("If-None-Match", etag).get("cart").expect(200);
        assertThat(moved.data().path("items").get(0).path("price_was").path("amount").asString()).isEqualTo("100.00");
        JsonNode after = mine.get("cart").expect(200).data().path("items").get(0);
        assertThat(after.has("price_was")).as("told once").isFalse();
        assertThat(after.path("unit_price").path("amount").asString()).isEqualTo("110.00");
    }

    @Test void both_sides_of_a_break_and_the_total_moves_by_exactly_that() {
        UUID cement = wares.variant(CHANNEL, "Cement", "82.00 GHS", "150 77.90 GHS");
        Client mine = opened(guest, cement, 149);
        assertThat(sum(mine.get("cart").data(), "discount_total")).isEqualTo("0.00");
        String line = mine.get("cart").data().path("items").get(0).path("id").asString();
        JsonNode bulk = mine.put("cart/items/" + line, Map.of("quantity", 150)).expect(200).data();
        assertThat(sum(bulk, "discount_total")).isEqualTo("615.00");
        assertThat(bulk.path("items").get(0).path("paid_price").path("amount").asString()).isEqualTo("77.90");
        assertThat(bulk.path("items").get(0).has("price_was")).as("he changed it himself").isFalse();
        JsonNode quote = mine.get("cart/quote").expect(200).data();
        assertThat(quote.path("quote_hash").asString()).isEqualTo(bulk.path("quote_hash").asString()).hasSize(64);
        assertThat(quote.path("lines").get(0).path("explanation").size()).isEqualTo(3);
        assertThat(quote.path("shipping").path("explanation").size()).isEqualTo(2);
        assertThat(mine.get("cart/quote?shipping_method=pickup").expect(200).data().path("shipping_total")
            .path("amount").asString()).isEqualTo("0.00");
        mine.get("cart/quote?shipping_method=teleport").expect(422);
    }

    @ParameterizedTest(name = "quantity {0}")
    @ValueSource(strings = {"0", "-1", "0.5", "1e9", "2147483648", "1000001", "\"1\"", "null", "true",
        "[1]"}) void a_quantity_that_is_none_is_refused_by_name(String quantity) {
        UUID boots = wares.variant(CHANNEL, "Q boots", "100.00 GHS");
        Answer added = guest.post("cart/items", "{\"variant_id\":\"" + boots + "\",\"quantity\":" + quantity + "}");
        assertThat(added.expect(422).json().path("errors").has("quantity")).isTrue();
        Client mine = opened(guest, boots, 3);
        String line = mine.get("cart").data().path("items").get(0).path("id").asString();
        assertThat(mine.put("cart/items/" + line, "{\"quantity\":" + quantity + "}").expect(422).json().path("errors")
            .has("quantity")).isTrue();
        assertThat(mine.get("cart").data().path("items").get(0).path("quantity").asInt()).isEqualTo(3);
    }

    /// Attack 3: prices and totals are the shop's own.
    @Test void a_client_cannot_name_its_price() {
        UUID boots = wares.variant(CHANNEL, "P boots", "100.00 GHS");
        for (String field : List.of("price", "unit_price", "total", "discount", "user_id", "status"))
            assertThat(guest.post("cart/items", Map.of("variant_id", boots, "quantity", 1, field, "0.01")).expect(422)
                .json().path("errors").has(field)).isTrue();
        guest.post("cart/items", Map.of("variant_id", UUID.randomUUID(), "quantity", 1)).expect(422);
        guest.post("cart/items", "{\"variant_id\":\"nothing\",\"quantity\":1}").expect(422);
    }

    /// Attack 5: too much money is refused by name.
    @Test void more_money_than_fits_is_refused_by_name() {
        UUID palace = wares.variant(CHANNEL, "Palace", "9999999999.00 GHS");
        assertThat(guest.post("cart/items", Map.of("variant_id", palace, "quantity", 1_000_000)).expect(422).code())
            .isEqualTo("amount_too_large");
        Client mine = opened(guest, palace, 1);
        assertThat(add(mine, palace, 1_000_000).expect(422).json().path("errors").has("quantity")).isTrue();
    }

    @Test void options_keep_lines_apart_and_are_bounded() {
        UUID boots = wares.variant(CHANNEL, "O boots", "100.00 GHS");
        Client mine = opened(guest, boots, 1);
        Map<String, Object> engraved = Map.of("variant_id", boots, "quantity", 1, "options", Map.of("text", "A", "b",
            "c"));
        mine.post("cart/items", engraved).expect(201);
        JsonNode cart = mine.post("cart/items", engraved).expect(201).data();
        assertThat(cart.path("items").size()).isEqualTo(2);
        assertThat(cart.path("items").get(1).path("quantity").asInt()).isEqualTo(2);
        mine.post("cart/items", Map.of("variant_id", boots, "quantity", 1, "options", Map.of("t", "x".repeat(257))))
            .expect(422);
        mine.post("cart/items", "{\"variant_id\":\"" + boots + "\",\"quantity\":1,\"options\":{\"t\":null}}")
            .expect(422);
    }

    @Test void an_item_that_is_no_longer_for_sale_blocks_and_says_so() {
        Product boots = wares.piece(CHANNEL, "Vanishing boots", "100.00 GHS");
        UUID hat = wares.variant(CHANNEL, "Staying hat", "20.00 GHS");
        Client mine = opened(guest, boots.variants().getFirst().id(), 1);
        add(mine, hat, 1).expect(201);
        shop.bean(io.millrace.catalog.Catalog.class).remove(CHANNEL, boots.id(), null).toFuture().join();
        JsonNode cart = mine.get("cart").expect(200).data();
        assertThat(cart.path("items").get(0).path("problem").asString()).isEqualTo("unavailable");
        assertThat(cart.path("can_checkout").asBoolean()).isFalse();
        assertThat(sum(cart, "subtotal")).isEqualTo("20.00");
        assertThat(mine.get("cart/quote").expect(409).code()).isEqualTo("items_unavailable");
        mine.delete("cart/items/" + cart.path("items").get(0).path("id").asString()).expect(200);
        mine.get("cart/quote").expect(200);
    }

    @Test void a_strangers_token_opens_nothing_and_tells_nothing() {
        UUID boots = wares.variant(CHANNEL, "S boots", "100.00 GHS");
        Client mine = opened(guest, boots, 1);
        String line = mine.get("cart").data().path("items").get(0).path("id").asString();
        Client stranger = guest.with("X-Cart-Token", "x".repeat(43));
        stranger.get("cart").expect(404);
        stranger.get("cart/quote").expect(404);
        stranger.put("cart/items/" + line, Map.of("quantity", 9)).expect(404);
        stranger.delete("cart").expect(404);
        guest.delete("cart/items/" + line).expect(404);
        mine.channel("pecos").get("cart").expect(404);
        wares.customer().channel(CHANNEL).put("cart/items/" + line, Map.of("quantity", 9)).expect(404);
        Answer fresh = add(stranger, boots, 1).expect(201);
        assertThat(fresh.header("X-Cart-Token")).as("a token is made here, never taken").isNotNull()
            .isNotEqualTo("x".repeat(43));
        assertThat(mine.get("cart").data().path("items").get(0).path("quantity").asInt()).isEqualTo(1);
    }

    @Test void a_guests_cart_and_the_accounts_become_one_at_sign_in() {
        UUID boots = wares.variant(CHANNEL, "M boots", "100.00 GHS");
        UUID hat = wares.variant(CHANNEL, "M hat", "20.00 GHS");
        Client account = wares.customer().channel(CHANNEL);
        add(account, boots, 1).expect(201);
        Answer opened = add(guest, boots, 2).expect(201);
        String token = String.valueOf(opened.header("X-Cart-Token"));
        add(guest.with("X-Cart-Token", token), hat, 1).expect(201);
        JsonNode one = account.with("X-Cart-Token", token).get("cart").expect(200).data();
        assertThat(one.path("items").size()).isEqualTo(2);
        assertThat(one.path("items").get(0).path("quantity").asInt()).isEqualTo(3);
        assertThat(account.with("X-Cart-Token", token).get("cart").data()).as("once").isEqualTo(one);
        assertThat(account.get("cart").data()).isEqualTo(one);
        assertThat(guest.with("X-Cart-Token", token).get("cart").expect(200).data().path("items").size())
            .as("the guest's own cart is empty now").isZero();
        CartRef ref = new CartRef(CHANNEL, Optional.empty(), Optional.of(token));
        assertThat(shop.bean(Carts.class).read(ref).toFuture().join().cart().id()).isNull();
    }

    private static String sum(JsonNode cart, String name) {
        return cart.path(name).path("amount").asString();
    }
}
