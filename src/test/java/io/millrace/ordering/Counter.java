package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.Product;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Saved;
import io.millrace.catalog.VariantDraft;
import io.millrace.money.Money;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The shop's counter: puts goods on the shelf of a channel and orders them as a buyer does.
final class Counter {
    private final Shop shop;
    private final String channel;
    private final Client client;

    Counter(Shop shop, String channel) {
        this.shop = shop;
        this.channel = channel;
        this.client = shop.client().channel(channel);
    }

    Client client() {
        return client;
    }

    /// A new piece with that price and so many on the shelf; answers its variant.
    UUID goods(String price, long onHand) {
        String sku = "t-" + UUID.randomUUID();
        return product(ProductDraft.of(channel, "Goods " + sku, ProductType.PHYSICAL,
            VariantDraft.piece(sku, "", Money.parse(price), onHand))).getFirst();
    }

    /// Sweets from one pool of grams, a variant for each portion.
    List<UUID> grams(long onHand, String pricePerPortion, int... portions) {
        String sku = "g-" + UUID.randomUUID();
        List<VariantDraft> variants = new ArrayList<>();
        for (int grams : portions)
            variants.add(VariantDraft.grams(sku + "-" + grams, grams + " g", grams,
                Money.parse(pricePerPortion), variants.isEmpty() ? onHand : null));
        return product(ProductDraft.of(channel, "Sweets " + sku, ProductType.WEIGHED,
            variants.toArray(VariantDraft[]::new)));
    }

    void reprice(UUID variant, String price) {
        var known = shop.bean(Catalog.class).variants(channel, List.of(variant)).toFuture().join().getFirst();
        Saved saved = shop.bean(Catalog.class).save(List.of(new ProductDraft(known.productId(), channel, null, null,
            null, null, null, null, null, null, null, null, null, null, null, null,
            List.of(new VariantDraft(variant, null, null, null, null, null, null, null, null, null, null,
                Money.parse(price), null, null)),
            false, null)), Catalog.Repeats.COUNT).toFuture().join().getFirst();
        if (!(saved instanceof Saved.Changed)) throw new AssertionError(saved);
    }

    private List<UUID> product(ProductDraft draft) {
        Saved saved = shop.bean(Catalog.class).save(List.of(draft), Catalog.Repeats.COUNT).toFuture().join().getFirst();
        if (!(saved instanceof Saved.Created(Product product))) throw new AssertionError(saved);
        return product.variants().stream().map(variant -> variant.id()).toList();
    }

    static Map<String, Object> item(UUID variant, int quantity) {
        return Map.of("variant_id", variant, "quantity", quantity);
    }

    /// A body as a storefront sends it, with these items (null: the cart).
    Map<String, Object> body(String method, @Nullable List<Map<String, Object>> items) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (items != null) body.put("items", items);
        body.put("contact", Map.of("name", "Ama Mensah", "email", "ama@example.com", "phone", "+12025550123"));
        body.put("shipping_address", Map.of("name", "Ama Mensah", "line1", "1 Market Street", "city", "Springfield",
            "postal_code", "12345", "country", country()));
        body.put("payment_method", method);
        return body;
    }

    Answer order(String method, UUID variant, int quantity) {
        return client.post("orders", body(method, List.of(item(variant, quantity))));
    }

    Client holding(Answer placed) {
        return client.with("X-Order-Token", placed.data().path("order_token").asString());
    }

    static String id(Answer placed) {
        return placed.data().path("id").asString();
    }

    JsonNode shown(Answer placed) {
        return holding(placed).get("orders/" + id(placed)).expect(200).data();
    }

    /// What is left of a variant's pool and not promised to anybody.
    long free(UUID variant) {
        return shop.database().number("""
            select p.on_hand - p.reserved from inventory.pools p join inventory.draws d on d.pool_id = p.id
             where d.variant_id = ?""", variant);
    }

    long onHand(UUID variant) {
        return shop.database().number("""
            select p.on_hand from inventory.pools p join inventory.draws d on d.pool_id = p.id
             where d.variant_id = ?""", variant);
    }

    /// What the book says the payer of an order owes, in minor units.
    long owed(Answer placed) {
        return shop.database().number("select coalesce(sum(amount), 0) from ledger.entries where account = ?",
            "receivable:order:" + id(placed));
    }

    /// A guest's new cart with one line, already looked at.
    Client cart(UUID variant, int quantity) {
        Answer added = client.post("cart/items", item(variant, quantity));
        String token = added.header("X-Cart-Token");
        if (token == null) throw new AssertionError(added.toString());
        Client mine = client.with("X-Cart-Token", token);
        mine.get("cart").expect(200);
        return mine;
    }

    void pay(Answer placed, String card) {
        confirm(shop, placed.data().path("payment"), card);
    }

    /// What Stripe.js does with a card.
    static Answer confirm(Shop shop, JsonNode payment, String card) {
        String secret = payment.path("client_secret").asString();
        if (secret.isEmpty()) throw new AssertionError("nothing to confirm in " + payment);
        String object = secret.substring(0, secret.indexOf("_secret"));
        return shop.client().with("Content-Type", "application/x-www-form-urlencoded").send("POST",
            "/sandbox/stripe/v1/payment_intents/" + object + "/confirm",
            "payment_method=" + card + "&client_secret=" + secret + "&key=pk_test_sandbox");
    }

    void awaits(Answer placed, String status, String paymentStatus) {
        Eventually.passes(() -> {
            JsonNode now = shown(placed);
            assertThat(List.of(now.path("status").asString(), now.path("payment_status").asString()))
                .containsExactly(status, paymentStatus);
        });
    }

    Client admin() {
        Answer token = shop.client().post("auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200);
        return client.bearer(token.data().path("access_token").asString());
    }

    /// The names of an order's facts, in their order.
    List<String> facts(String order) {
        return shop.database().rows("select type from messaging.facts where aggregate = ? order by version",
            "order:" + order).stream().map(row -> String.valueOf(row.get("type"))).toList();
    }

    private String country() {
        return switch (channel) {
            case "sweets" -> "IN";
            case "ebuildify" -> "GH";
            default -> "US";
        };
    }
}
