package io.millrace.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// S0 Pecos River Traders: browse, quote, pay by card, watch, ship, decline and retry, cancel with refund.
///
/// Steps of the journey that still wait for their rooms: mails (4, 5), PayPal and returns (7), image upload (8).
class PecosJourneyTest extends Journey {
    PecosJourneyTest() {
        super("pecos", "pecos");
    }

    @Test void a_visitor_looks_around_buys_boots_by_card_and_watches_them_arrive() {
        looksAround();
        signsUp();
        Client guest = fillsACart();
        JsonNode order = paysByCard(guest);
        isShipped(order);
        transcript.approved();
    }

    private void looksAround() {
        transcript.heading("1. A visitor lists boots, searches with a typo, opens one, and looks again");
        Answer page = visitor().get("products?category=boots&page=2&per_page=5&sort=price").expect(200);
        assertThat(page.json().path("pagination").path("current_page").asInt()).isEqualTo(2);
        List<BigDecimal> prices = page.data().valueStream()
            .map(item -> new BigDecimal(item.path("price").path("amount").asString())).toList();
        assertThat(prices).isSorted();
        Answer found = visitor().get("products/search?q=watrproof%20boot").expect(200);
        assertThat(found.text()).contains("Canyon Waterproof Boots").contains("facets");
        Answer detail = visitor().get("products/canyon-waterproof-boots").expect(200);
        String etag = String.valueOf(detail.header("ETag"));
        visitor().with("If-None-Match", etag).get("products/canyon-waterproof-boots").expect(304);
    }

    private void signsUp() {
        transcript.heading("2. Registers, signs in, refreshes");
        Map<String, String> who = Map.of("email", "boots-" + key() + "@example.com", "password", "Wander-2026",
            "first_name", "Ada", "last_name", "Rivers");
        Answer registered = visitor().post("auth/register", who);
        assertThat(registered.status()).isBetween(200, 202);
        Answer tokens = signsIn(visitor(), who);
        Client member = bearing(visitor(), tokens);
        assertThat(get(member, "auth/me").expect(200).data().path("email").asString()).isEqualTo(who.get("email"));
        visitor().post("auth/refresh", Map.of("refresh_token", tokens.data().path("refresh_token").asString()))
            .expect(200);
        wishes(member);
        keepsAddresses(member);
        signsInElsewhere(member, who);
    }

    private void wishes(Client member) {
        transcript.heading("2. Puts two products on the wishlist, and toggles one off");
        String boots = product("canyon-waterproof-boots");
        String hat = product("felt-cattleman-hat");
        post(member, "wishlist", Map.of("product_id", boots)).expect(201);
        post(member, "wishlist/toggle", Map.of("product_id", hat)).expect(201);
        post(member, "wishlist/toggle", Map.of("product_id", hat)).expect(200);
        JsonNode items = get(member, "wishlist").expect(200).data().path("items");
        assertThat(items.valueStream().map(item -> item.path("product_id").asString())).containsExactly(boots);
    }

    private void keepsAddresses(Client member) {
        transcript.heading("2. Saves two addresses");
        post(member, "user/addresses", inOrder("label", "ranch", "name", "Ada Rivers", "line1", "1 River Road", "city",
            "Pecos", "region", "TX", "postal_code", "79772", "country", "US")).expect(201);
        Map<String, Object> office = inOrder("label", "office", "name", "Ada Rivers", "line1", "12 Main Street", "city",
            "Houston", "region", "TX", "postal_code", "77002", "country", "US");
        office.put("default_shipping", true);
        post(member, "user/addresses", office).expect(201);
        JsonNode kept = member.get("user/addresses").expect(200).data();
        assertThat(kept.valueStream().map(one -> one.path("label").asString() + one.path("default_shipping").asBoolean()
            + one.path("default_billing").asBoolean())).containsExactly("ranchfalsetrue", "officetruefalse");
    }

    private void signsInElsewhere(Client member, Map<String, String> who) {
        transcript.heading("2. As a guest on another device fills a cart, signs in there: the carts are one");
        String boots = variant("canyon-waterproof-boots", "size 9 brown");
        String hat = variant("felt-cattleman-hat", "");
        member.post("cart/items", Map.of("variant_id", hat, "quantity", 1)).expect(201);
        Client device = guestWith(boots, 1, hat, 2);
        JsonNode lines = get(bearing(device, signsIn(device, who)), "cart").expect(200).data().path("items");
        assertThat(lines.valueStream().map(line -> line.path("variant_id").asString() + " x "
            + line.path("quantity").asInt())).containsExactly(hat + " x 3", boots + " x 1");
        assertThat(member.get("cart").expect(200).data().path("items")).as("on both devices").isEqualTo(lines);
    }

    private static Answer signsIn(Client device, Map<String, String> who) {
        return device.post("auth/login", Map.of("email", who.get("email"), "password", who.get("password")))
            .expect(200);
    }

    private static Client bearing(Client device, Answer tokens) {
        return device.bearer(tokens.data().path("access_token").asString());
    }

    private String product(String slug) {
        return visitor().get("products/" + slug).expect(200).data().path("id").asString();
    }

    private Client fillsACart() {
        transcript.heading("3. Boots and two hats, a quote explained per line, and a total that moves by exactly that");
        String boots = variant("canyon-waterproof-boots", "size 9 brown");
        String hat = variant("felt-cattleman-hat", "");
        Client guest = guestWith(boots, 1, hat, 2);
        Answer quote = get(guest, "cart/quote?shipping_method=standard").expect(200);
        BigDecimal before = amount(quote.data(), "total");
        JsonNode cart = guest.get("cart").data();
        JsonNode hats = cart.path("items").valueStream().filter(line -> line.path("variant_id").asString().equals(hat))
            .findFirst().orElseThrow();
        BigDecimal unit = new BigDecimal(hats.path("unit_price").path("amount").asString());
        BigDecimal cartBefore = amount(cart, "subtotal");
        put(guest, "cart/items/" + hats.path("id").asString(), Map.of("quantity", 1)).expect(200);
        JsonNode after = guest.get("cart").data();
        assertThat(cartBefore.subtract(amount(after, "subtotal"))).isEqualByComparingTo(unit);
        assertThat(amount(guest.get("cart/quote?shipping_method=standard").data(), "total")).isLessThan(before);
        return guest;
    }

    private JsonNode paysByCard(Client guest) {
        transcript.heading("4. A payment intent for the cart, the card goes to Stripe, the order is paid once");
        Answer intent = post(guest.idempotencyKey(key()), "checkout/payment-intent", order("stripe", "US", "standard"))
            .expect(201);
        String secret = intent.data().path("client_secret").asString();
        String order = intent.data().path("order_id").asString();
        Client holder = holding(intent.data());
        try (EventReader live = stream(holder, order)) {
            assertThat(visitor().post("checkout/process", Map.of("payment_intent_id",
                intent.data().path("payment_intent_id").asString())).status())
                .as("nothing is paid before the card was").isLessThan(500);
            assertThat(holder.get("orders/" + order).data().path("payment_status").asString()).isNotEqualTo("paid");
            assertThat(confirmAtStripe(secret, "pm_card_visa").status()).isEqualTo(200);
            Answer processed = post(holder, "checkout/process", Map.of("payment_intent_id",
                intent.data().path("payment_intent_id").asString())).expect(200);
            assertThat(processed.text()).contains("confirmed");
            live.await("order.confirmed");
            assertThat(live.names()).containsSubsequence("order.placed", "order.paid", "order.confirmed");
        }
        assertThat(guest.get("cart").data().path("items").size()).as("the cart is empty").isZero();
        expects("OrderPlaced", "PaymentOpened", "PaymentCaptured", "OrderPaid", "OrderConfirmed", "StockCommitted");
        return intent.data();
    }

    private void isShipped(JsonNode placed) {
        transcript.heading("5. The admin packs and ships by UPS; the stream shows it and the track page links there");
        String order = placed.path("order_id").asString();
        Client holder = holding(placed);
        try (EventReader live = stream(holder, order)) {
            post(admin(), "admin/orders/" + order + "/pack", Map.of()).expect(200);
            admin().post("admin/orders/" + order + "/ship", Map.of("carrier", "ups", "tracking_number",
                "1Z999AA10123456784")).expect(200);
            live.await("order.shipped");
            Answer track = get(holder, "orders/" + order + "/track").expect(200);
            assertThat(track.text()).contains("https://www.ups.com/track?loc=en_US&tracknum=1Z999AA10123456784");
            admin().post("admin/orders/" + order + "/deliver", Map.of()).expect(200);
            live.await("order.delivered");
        }
        Eventually.holds("delivered", () -> holder.get("orders/" + order).data().path("status").asString()
            .equals("delivered"));
        expects("OrderPacked", "OrderShipped", "OrderDelivered", "ParcelPacked", "ParcelShipped", "ParcelDelivered");
    }

    @Test void a_declined_card_is_tried_again_and_a_cancelled_order_gives_money_and_stock_back() {
        String mug = variant("enamel-camp-mug", "");
        long free = available(mug);
        Answer placed = visitor().idempotencyKey(key()).post("orders", withItems(order("stripe", "US", "standard"),
            mug, 3)).expect(201);
        String order = placed.data().path("id").asString();
        Client holder = holding(placed.data());
        assertThat(available(mug)).isEqualTo(free - 3);

        confirmAtStripe(placed.data().path("payment").path("client_secret").asString(), "pm_card_visa_chargeDeclined");
        try (EventReader live = stream(holder, order)) {
            live.await("order.payment_failed");
        }
        Answer again = holder.idempotencyKey(key()).post("orders/" + order + "/payments",
            Map.of("payment_method", "stripe"));
        assertThat(again.status()).as(again.text()).isBetween(200, 201);
        String secret = again.text().replaceAll("(?s).*\"client_secret\":\"([^\"]+)\".*", "$1");
        assertThat(confirmAtStripe(secret, "pm_card_visa").status()).isEqualTo(200);
        eventually(holder, order, "payment_status", "paid");

        holder.idempotencyKey(key()).put("orders/" + order + "/cancel", Map.of()).expect(200);
        eventually(holder, order, "payment_status", "refunded");
        assertThat(holder.get("orders/" + order).data().path("status").asString()).isEqualTo("cancelled");
        Eventually.holds("the stock is back", () -> available(mug) == free);
    }

    @Test void an_admin_makes_a_category_and_a_product_and_nobody_overwrites_what_he_did_not_read() {
        Client admin = admin();
        String name = "Gaiters " + key().substring(0, 8);
        Answer shelf = admin.post("categories", Map.of("name", name)).expect(201);
        Answer made = admin.post("admin/products", Map.of("name", name, "type", "physical", "status", "active",
            "sku", name, "price", Map.of("amount", "35.00", "currency", "USD"), "on_hand", 5, "categories",
            List.of(shelf.data().path("id").asString()))).expect(201);
        String id = made.data().path("id").asString();
        String etag = String.valueOf(admin.get("admin/products/" + id).expect(200).header("ETag"));
        admin.with("If-Match", etag).patch("admin/products/" + id,
            Map.of("price", Map.of("amount", "36.50", "currency", "USD"))).expect(200);
        admin.with("If-Match", etag).patch("admin/products/" + id,
            Map.of("price", Map.of("amount", "1.00", "currency", "USD"))).expect(412);
        String slug = shelf.data().path("slug").asString();
        Answer list = visitor().get("products?category=" + slug).expect(200);
        assertThat(list.text()).as("the list shows it at once").contains("36.50").doesNotContain("35.00");
    }

    private long available(String variant) {
        return visitor().post("cart/validate-inventory", Map.of("items", List.of(Map.of("variant_id", variant,
            "quantity", 1)))).expect(200).data().path("lines").get(0).path("available_quantity").asLong();
    }

    private static Map<String, Object> withItems(Map<String, Object> order, String variant, int quantity) {
        order.put("items", List.of(Map.of("variant_id", variant, "quantity", quantity)));
        return order;
    }

    private static BigDecimal amount(JsonNode node, String field) {
        return new BigDecimal(node.path(field).path("amount").asString());
    }
}
