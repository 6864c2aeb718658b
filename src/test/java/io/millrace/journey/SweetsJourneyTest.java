package io.millrace.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// S3 Sweet Shop: sweets by weight from one pool of grams, cash on delivery, forty guests for the last of it.
///
/// Steps that wait for their rooms: SMS and WhatsApp (2), Razorpay (3).
class SweetsJourneyTest extends Journey {
    private static final String ADDRESS_COUNTRY = "IN";

    SweetsJourneyTest() {
        super("sweets", "sweets");
    }

    @Test void grams_of_all_portions_come_from_one_pool_and_the_shortage_is_told_per_pool() {
        String product = sweet("Jamun", 2_000);
        String g100 = variant(product, "100 g");
        String g250 = variant(product, "250 g");
        String kilo = variant(product, "1 kg");
        Answer shortBy = post(visitor(), "cart/validate-inventory", Map.of("items", List.of(item(g250, 3),
            item(kilo, 1), item(g100, 4)))).expect(200);
        assertThat(shortBy.data().path("available").asBoolean()).isFalse();
        JsonNode pool = shortBy.data().path("pools").get(0);
        assertThat(pool.path("requested").asLong()).isEqualTo(2_150);
        assertThat(pool.path("missing").asLong()).isEqualTo(150);
        assertThat(visitor().post("cart/validate-inventory", Map.of("items", List.of(item(g250, 2), item(kilo, 1),
            item(g100, 4)))).expect(200).data().path("available").asBoolean()).isTrue();
    }

    @Test void a_guest_orders_by_phone_pays_cash_on_delivery_and_the_book_shows_it_once_it_is_collected() {
        String product = sweet("Laddu", 5_000);
        Answer placed = place(variant(product, "1 kg"), 1, "+919876543210").expect(201);
        JsonNode order = placed.data();
        assertThat(order.path("status").asString()).isEqualTo("confirmed");
        assertThat(order.path("payment_status").asString()).as("payment is due").isNotEqualTo("paid");
        expects("OrderPlaced", "OrderConfirmed", "StockCommitted");

        String payment = order.path("payment").path("id").asString();
        admin().idempotencyKey(key()).post("admin/payments/" + payment + "/collect", Map.of()).expect(200);
        eventually(holding(order), order.path("id").asString(), "payment_status", "paid");
        assertThat(admin().get("admin/ledger/trial-balance").expect(200).text()).contains("cash:cod");
        theBookBalances();
        expects("PaymentCaptured", "OrderPaid");
    }

    @Test void forty_guests_race_for_the_last_500_grams_and_every_gram_that_fits_is_sold() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String product = sweet("Barfi", 500);
        List<String> portions = List.of(variant(product, "100 g"), variant(product, "250 g"),
            variant(product, "1 kg"));
        List<Callable<Answer>> guests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String portion = portions.get(random.nextInt(i % 4 == 0 ? 3 : 2));
            guests.add(() -> place(portion, 1, "+919800000001"));
        }
        long sold = 0;
        boolean smallRefused = false;
        try (var people = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : people.invokeAll(guests)) {
                Answer answer = done.get();
                assertThat(answer.status()).as("seed %d: %s", seed, answer).isIn(201, 409);
                if (answer.status() == 201) sold += grams(answer.data());
                else smallRefused |= answer.code().equals("out_of_stock");
            }
        }
        assertThat(sold).as("seed %d", seed).isLessThanOrEqualTo(500);
        assertThat(smallRefused).isTrue();
        if (sold < 500)
            place(portions.getFirst(), 1, "+919800000001").expect(500 - sold >= 100 ? 201 : 409);
    }

    @Test void a_price_that_moved_while_the_cart_was_open_is_told_with_the_difference() {
        String product = sweet("Peda", 10_000);
        String kilo = variant(product, "1 kg");
        Client guest = guestWith(kilo, 1);
        String id = visitor().get("products/" + product).data().path("id").asString();
        Client admin = admin();
        JsonNode variant = admin.get("admin/products/" + id).data().path("variants").valueStream()
            .filter(one -> one.path("id").asString().equals(kilo)).findFirst().orElseThrow();
        admin.put("variants/" + variant.path("id").asString(), Map.of("price", Map.of("amount", "777.00", "currency",
            "INR"))).expect(200);
        Answer refused = post(guest.idempotencyKey(key()), "orders", order("cod", ADDRESS_COUNTRY, null));
        refused.expect(409);
        assertThat(refused.code()).isEqualTo("price_changed");
        assertThat(refused.text()).contains("777.00");
        guest.get("cart").expect(200);
        guest.idempotencyKey(key()).post("orders", order("cod", ADDRESS_COUNTRY, null)).expect(201);
    }

    private Answer place(String variant, int quantity, String phone) {
        Map<String, Object> body = order("cod", ADDRESS_COUNTRY, null);
        body.put("items", List.of(item(variant, quantity)));
        body.put("contact", Map.of("name", "Meera", "phone", phone));
        return visitor().idempotencyKey(key()).post("orders", body);
    }

    /// A weighed product of its own with that many grams in its pool; answers its slug.
    private String sweet(String name, long grams) {
        String full = name + " " + key().substring(0, 8);
        List<Map<String, Object>> portions = new ArrayList<>();
        for (int weight : new int[]{100, 250, 1_000})
            portions.add(Map.of("sku", full + weight, "name", weight == 1_000 ? "1 kg" : weight + " g", "unit", "gram",
                "factor", weight, "weight_grams", weight, "price", Map.of("amount", weight + ".00", "currency",
                    "INR")));
        Map<String, Object> first = new java.util.LinkedHashMap<>(portions.getFirst());
        first.put("on_hand", grams);
        portions.set(0, first);
        return admin().post("admin/products", Map.of("name", full, "type", "weighed", "status", "active", "variants",
            portions)).expect(201).data().path("slug").asString();
    }

    private static long grams(JsonNode order) {
        return switch (order.path("items").get(0).path("name").asString().replaceAll(".*, ", "")) {
            case "100 g" -> 100;
            case "250 g" -> 250;
            default -> 1_000;
        };
    }

    private static Map<String, Object> item(String variant, int quantity) {
        return Map.of("variant_id", variant, "quantity", quantity);
    }
}
