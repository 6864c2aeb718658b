package io.millrace.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.Oracle;
import io.millrace.testing.Shop;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One shop with its demo goods for all journeys, and the words they are told in. Every answer of every journey is held
/// against the OpenAPI document.
abstract class Journey {
    /// Facts that a journey lists; the rest (products, prices) is scenery.
    private static final String STORY = "'ordering', 'payment', 'inventory', 'fulfilment'";
    /// Crossings of a pool's level are told by the pool, whenever others sell or fill it too.
    private static final String SCENERY = "'inventory.StockIn', 'inventory.StockOut', 'inventory.StockLow', "
        + "'inventory.StockEnough'";

    static final class House {
        static final Shop SHOP = Shop.with("millrace.demo.enabled", "true");
    }

    final Shop shop = House.SHOP;
    final Transcript transcript;
    private final Client client;
    private long since;

    Journey(String name, String channel) {
        transcript = new Transcript(name);
        client = shop.client().channel(channel).checked();
        since = position();
    }

    Client visitor() {
        return client;
    }

    Client admin() {
        Answer signedIn = client.post("auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200);
        return client.bearer(signedIn.data().path("access_token").asString());
    }

    Answer get(Client who, String path) {
        return transcript.send(who, "GET", path, null);
    }

    Answer post(Client who, String path, @Nullable Object body) {
        return transcript.send(who, "POST", path, body);
    }

    Answer put(Client who, String path, @Nullable Object body) {
        return transcript.send(who, "PUT", path, body);
    }

    /// The variant of a product by the product's slug and the variant's name ("" for its only one).
    String variant(String slug, String name) {
        for (JsonNode variant : client.get("products/" + slug).expect(200).data().path("variants"))
            if (variant.path("name").asString().equals(name)) return variant.path("id").asString();
        throw new AssertionError("no variant " + name + " of " + slug);
    }

    /// A guest's own cart with these lines.
    Client guestWith(Object... variantsAndQuantities) {
        Client guest = client;
        for (int i = 0; i < variantsAndQuantities.length; i += 2) {
            Answer cart = guest.post("cart/items", Map.of("variant_id", variantsAndQuantities[i], "quantity",
                variantsAndQuantities[i + 1])).expect(201);
            String token = cart.header("X-Cart-Token");
            if (token != null) guest = guest.with("X-Cart-Token", token);
        }
        return guest;
    }

    /// What Stripe.js does with the client secret: the card goes to Stripe, never to the shop.
    Answer confirmAtStripe(String clientSecret, String card) {
        String intent = clientSecret.substring(0, clientSecret.indexOf("_secret_"));
        return shop.client().with("Content-Type", "application/x-www-form-urlencoded").send("POST",
            "/sandbox/stripe/v1/payment_intents/" + intent + "/confirm",
            "key=pk_test_sandbox&client_secret=" + clientSecret + "&payment_method=" + card);
    }

    /// A journey's order, seen with the guest's token.
    Client holding(JsonNode order) {
        return client.with("X-Order-Token", order.path("order_token").asString());
    }

    EventReader stream(Client who, String order) {
        return who.events("orders/" + order + "/events");
    }

    /// Waits until the order says so: settling and refunding go on after the answer.
    JsonNode eventually(Client who, String order, String field, String value) {
        Eventually.holds(field + " of the order is " + value,
            () -> who.get("orders/" + order).expect(200).data().path(field).asString().equals(value));
        return who.get("orders/" + order).data();
    }

    /// The facts told since the last call are these, by their short names and how often; a missing or an extra fact
    /// fails.
    void expects(String... types) {
        List<String> wanted = Arrays.stream(types).sorted().toList();
        Eventually.passes(() -> assertThat(facts()).as("facts of this part of the journey").isEqualTo(wanted));
        since = position();
    }

    private List<String> facts() {
        return shop.database().rows("select type from messaging.facts where position > ? and module in (" + STORY
            + ") and type not in (" + SCENERY + ")", since).stream().map(row -> String.valueOf(row.get("type")))
            .map(type -> type.substring(type.indexOf('.') + 1))
            .sorted().toList();
    }

    private long position() {
        return shop.database().number("select coalesce(max(position), 0) from messaging.facts");
    }

    @AfterEach void the_oracle_holds() {
        Oracle.of(shop.database()).holds();
        theBookBalances();
    }

    /// The whole book balances, in every currency.
    void theBookBalances() {
        JsonNode balance = admin().get("admin/ledger/trial-balance").expect(200).data();
        assertThat(balance.path("balanced").asBoolean()).as("trial balance %s", balance).isTrue();
    }

    static Map<String, Object> order(String payment, String country, @Nullable String shipping) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("contact", inOrder("name", "Ada Rivers", "email", "ada@example.com", "phone", "+15055550123"));
        body.put("shipping_address", inOrder("name", "Ada Rivers", "line1", "1 River Road", "city", "Town", "country",
            country));
        if (shipping != null) body.put("shipping_method", shipping);
        body.put("payment_method", payment);
        return body;
    }

    /// A JSON object whose members stay in their order, so that transcripts are the same every time.
    static Map<String, Object> inOrder(String... namesAndValues) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) members.put(namesAndValues[i], namesAndValues[i + 1]);
        return members;
    }

    static String key() {
        return UUID.randomUUID().toString();
    }
}
