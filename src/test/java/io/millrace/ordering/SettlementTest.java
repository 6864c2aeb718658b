package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Ids;
import io.millrace.inventory.Sweeping;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.money.Money;
import io.millrace.payment.PaymentEvent;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What becomes of placed orders: paid, declined, cancelled, lapsed, all of it at once; money, stock and book agree.
class SettlementTest {
    private final Shop shop = Shop.shared();
    private final Counter pecos = new Counter(shop, "pecos");
    private final Counter sweets = new Counter(shop, "sweets");

    @Test void a_paid_order_is_confirmed_its_stock_sold_and_its_sale_booked() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 2).expect(201);
        pecos.pay(placed, "pm_card_visa");
        pecos.awaits(placed, "confirmed", "paid");
        assertThat(pecos.facts(Counter.id(placed))).containsExactly("ordering.OrderPlaced", "ordering.OrderPaid",
            "ordering.OrderConfirmed");
        assertThat(pecos.free(boots)).isEqualTo(3);
        assertThat(pecos.onHand(boots)).isEqualTo(3);
        assertThat(pecos.owed(placed)).isZero();
    }

    @Test void the_clients_word_settles_like_the_webhook_and_only_when_it_is_true() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Client cart = pecos.cart(boots, 1);
        Answer intent = cart.post("checkout/payment-intent", pecos.body("stripe", null)).expect(201);
        Map<String, Object> claim = Map.of("payment_intent_id", intent.data().path("payment_intent_id").asString());
        // attack 21: saying so does not pay
        assertThat(cart.post("checkout/process", claim).expect(200).data().path("payment_status").asString())
            .isEqualTo("pending");
        Counter.confirm(shop, intent.data(), "pm_card_visa").expect(200);
        for (int i = 0; i < 3; i++)
            assertThat(cart.post("checkout/process", claim).expect(200).data().path("status").asString())
                .isEqualTo("confirmed");
        assertThat(cart.get("cart").expect(200).data().path("items").size()).isZero();
        assertThat(pecos.facts(intent.data().path("order_id").asString())).hasSize(3);
        cart.post("checkout/process", Map.of("payment_intent_id", "pi_forged")).expect(404);
    }

    @Test void a_declined_order_is_paid_by_another_attempt() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 1).expect(201);
        pecos.pay(placed, "pm_card_visa_chargeDeclined");
        pecos.awaits(placed, "pending_payment", "failed");
        Answer again = pecos.holding(placed).post("orders/" + Counter.id(placed) + "/payments",
            Map.of("payment_method", "stripe")).expect(201);
        Counter.confirm(shop, again.data().path("payment"), "pm_card_visa").expect(200);
        pecos.awaits(placed, "confirmed", "paid");
        assertThat(pecos.facts(Counter.id(placed))).containsSequence("ordering.PaymentFailed",
            "ordering.PaymentRetried", "ordering.OrderPaid", "ordering.OrderConfirmed");
        pecos.holding(placed).post("orders/" + Counter.id(placed) + "/payments", Map.of("payment_method", "stripe"))
            .expect(409);
    }

    @Test void a_cancelled_paid_order_gives_money_and_stock_back_and_leaves_the_book_at_zero() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 2).expect(201);
        pecos.pay(placed, "pm_card_visa");
        pecos.awaits(placed, "confirmed", "paid");
        Client mine = pecos.holding(placed).idempotencyKey(UUID.randomUUID().toString());
        Answer cancelled = mine.put("orders/" + Counter.id(placed) + "/cancel", Map.of("reason", "too big"));
        assertThat(cancelled.expect(200).data().path("payment_status").asString()).isEqualTo("refunding");
        assertThat(mine.put("orders/" + Counter.id(placed) + "/cancel", Map.of("reason", "too big")).expect(200)
            .bytes()).isEqualTo(cancelled.bytes());
        pecos.holding(placed).put("orders/" + Counter.id(placed) + "/cancel", null).expect(200);
        pecos.awaits(placed, "cancelled", "refunded");
        assertThat(pecos.free(boots)).isEqualTo(5);
        assertThat(pecos.owed(placed)).isZero();
        assertThat(pecos.facts(Counter.id(placed))).endsWith("ordering.OrderCancelled", "ordering.OrderRefunded");
    }

    @Test void cash_is_collected_at_the_door_and_the_book_shows_it() {
        UUID box = sweets.goods("150.00 INR", 5);
        Answer placed = sweets.order("cod", box, 2).expect(201);
        assertThat(sweets.owed(placed)).isPositive();
        Client admin = sweets.admin();
        String order = "admin/orders/" + Counter.id(placed);
        admin.post(order + "/pack", null).expect(200);
        admin.post(order + "/ship", Map.of("carrier", "UPS", "tracking_number", "1Z 99/9")).expect(200);
        admin.post(order + "/deliver", null).expect(200);
        assertThat(admin.post(order + "/complete", null).expect(409).code()).isEqualTo("payment_due");
        admin.post("admin/payments/" + placed.data().path("payment").path("id").asString() + "/collect", null)
            .expect(200);
        admin.put(order + "/status", Map.of("status", "completed")).expect(200);
        sweets.awaits(placed, "completed", "paid");
        assertThat(sweets.owed(placed)).isZero();
        sweets.holding(placed).put("orders/" + Counter.id(placed) + "/cancel", null).expect(409);
        JsonNode parcel = sweets.holding(placed).get("orders/" + Counter.id(placed) + "/track").expect(200).data()
            .path("parcels").get(0);
        assertThat(parcel.path("tracking_url").asString())
            .isEqualTo("https://www.ups.com/track?loc=en_US&tracknum=1Z+99%2F9");
    }

    @Test void an_unpaid_order_lapses_and_its_stock_is_free_again() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 5).expect(201);
        Sweeping.lapse(shop, "order:" + Counter.id(placed));
        JsonNode now = pecos.shown(placed);
        assertThat(now.path("status").asString()).isEqualTo("cancelled");
        assertThat(now.path("cancel_reason").asString()).isEqualTo("payment_expired");
        assertThat(pecos.free(boots)).isEqualTo(5);
    }

    /// Attack 15, when the goods are there: they are taken again. Guard: `retake` is refused as stale otherwise.
    @Test void a_late_payment_gets_the_goods_when_they_are_still_there() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 5).expect(201);
        Sweeping.lapse(shop, "order:" + Counter.id(placed));
        UUID payment = captured(placed);
        assertThat(pecos.shown(placed).path("status").asString()).isEqualTo("confirmed");
        assertThat(pecos.onHand(boots)).isZero();
        assertThat(refundsWanted(payment)).isZero();
    }

    /// Attack 15, when they are gone: the money goes back and nobody else loses his goods.
    @Test void a_late_payment_goes_back_when_the_goods_are_gone() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 5).expect(201);
        Sweeping.lapse(shop, "order:" + Counter.id(placed));
        pecos.order("stripe", boots, 1).expect(201);
        UUID payment = captured(placed);
        assertThat(pecos.shown(placed).path("status").asString()).isEqualTo("cancelled");
        assertThat(pecos.shown(placed).path("payment_status").asString()).isEqualTo("refunding");
        assertThat(pecos.free(boots)).isEqualTo(4);
        assertThat(refundsWanted(payment)).isEqualTo(1);
    }

    /// Attack 18's last line of defence, and rule 7: what nobody expected is parked, not ignored.
    @Test void what_nobody_expected_is_parked_and_the_order_stays() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Answer placed = pecos.order("stripe", boots, 1).expect(201);
        commit(capture(placed, shop.bean(Ids.class).next(), Money.parse("1.00 USD")));
        assertThat(pecos.shown(placed).path("status").asString()).isEqualTo("pending_payment");
        assertThat(shop.database().number("select count(*) from ordering.unexpected where order_id = ?",
            UUID.fromString(Counter.id(placed)))).isEqualTo(1);
        assertThat(pecos.admin().get("admin/orders/unexpected").expect(200).data().size()).isPositive();
    }

    /// Attack 14. Guard: `where version = :before` of the move. Without it two win.
    @Test void of_cancel_capture_and_lapse_at_once_one_story_is_told() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("SettlementTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 12 * Integer.getInteger("scale", 1); round++) {
            UUID boots = pecos.goods("120.00 USD", 5);
            Answer placed = pecos.order("stripe", boots, 2).expect(201);
            UUID payment = shop.bean(Ids.class).next();
            race(List.of(() -> commit(capture(placed, payment, null)),
                () -> pecos.holding(placed).put("orders/" + Counter.id(placed) + "/cancel", null).expect(200),
                () -> Sweeping.lapse(shop, "order:" + Counter.id(placed))), random);
            oneStory(placed, payment, boots, "seed " + seed + " round " + round);
        }
    }

    private void oneStory(Answer placed, UUID payment, UUID boots, String where) {
        JsonNode now = pecos.shown(placed);
        List<String> facts = pecos.facts(Counter.id(placed));
        boolean kept = now.path("status").asString().equals("confirmed");
        assertThat(pecos.free(boots)).as(where + facts).isEqualTo(kept ? 3 : 5);
        assertThat(pecos.onHand(boots)).as(where + facts).isEqualTo(kept ? 3 : 5);
        assertThat(refundsWanted(payment)).as(where + facts).isEqualTo(kept ? 0 : 1);
        assertThat(shop.database().number("select count(*) - max(version) from messaging.facts where aggregate = ?",
            "order:" + Counter.id(placed))).as(where + facts).isZero();
        assertThat(shop.database().number("select count(*) from ordering.unexpected where order_id = ?",
            UUID.fromString(Counter.id(placed)))).as(where + facts).isZero();
        assertThat(shop.database().number("select version from ordering.orders where id = ?",
            UUID.fromString(Counter.id(placed)))).isEqualTo(facts.size());
    }

    /// Attack 7: the cart changes while it is ordered. Guard: the version in `Carts.close`. Without it the order has
    /// other lines than the cart that was closed.
    @Test void a_cart_that_changes_while_it_is_ordered_is_charged_as_it_was_or_not_at_all() throws Exception {
        for (int round = 0; round < 10 * Integer.getInteger("scale", 1); round++) {
            UUID boots = pecos.goods("120.00 USD", 50);
            UUID laces = pecos.goods("3.00 USD", 50);
            Client cart = pecos.cart(boots, 1);
            List<Answer> answers = java.util.Collections.synchronizedList(new ArrayList<>());
            race(List.of(() -> answers.add(cart.post("orders", pecos.body("stripe", null))),
                () -> cart.post("cart/items", Map.of("variant_id", laces, "quantity", 1)),
                () -> answers.add(cart.post("orders", pecos.body("stripe", null)))), new Random(round));
            for (Answer answer : answers) assertThat(answer.status()).as(answer.toString()).isIn(201, 409);
            long held = 0;
            for (Answer answer : answers) if (answer.status() == 201) {
                assertThat(answer.data().path("items").size()).isIn(1, 2);
                long lines = 0;
                for (JsonNode item : answer.data().path("items")) lines += minor(item.path("total"));
                assertThat(lines + minor(answer.data().path("shipping_total")) + shippingTax(answer))
                    .isEqualTo(minor(answer.data().path("total")));
                for (JsonNode item : answer.data().path("items"))
                    if (item.path("variant_id").asString().equals(boots.toString())) held++;
            }
            assertThat(pecos.free(boots)).isEqualTo(50 - held);
            assertThat(held).as("one cart is one order").isLessThanOrEqualTo(1);
        }
    }

    private static long shippingTax(Answer placed) {
        return minor(placed.data().path("shipping").path("tax"));
    }

    private static long minor(JsonNode money) {
        return money.isMissingNode() ? 0 : new java.math.BigDecimal(money.path("amount").asString())
            .movePointRight(2).longValueExact();
    }

    /// Attack 12. Guard: `Quote.differenceFrom`.
    @Test void a_price_that_moved_is_never_charged_silently() {
        UUID boots = pecos.goods("120.00 USD", 5);
        Client cart = pecos.cart(boots, 1);
        pecos.reprice(boots, "150.00 USD");
        Answer refused = cart.post("orders", pecos.body("stripe", null)).expect(409);
        assertThat(refused.code()).isEqualTo("price_changed");
        JsonNode move = refused.json().path("details").path("difference").path("lines").get(0);
        assertThat(move.path("seen").path("amount").asString()).isEqualTo("120.00");
        assertThat(move.path("now").path("amount").asString()).isEqualTo("150.00");
        Map<String, Object> agreed = pecos.body("stripe", null);
        agreed.put("quote_hash", refused.json().path("details").path("difference").path("quote_hash").asString());
        assertThat(cart.post("orders", agreed).expect(201).data().path("subtotal").path("amount").asString())
            .isEqualTo("150.00");
    }

    private void race(List<Runnable> racers, Random random) throws Exception {
        CyclicBarrier start = new CyclicBarrier(racers.size());
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (Runnable racer : racers) {
            int spin = random.nextInt(2_000_000);
            running.add(CompletableFuture.runAsync(() -> {
                try {
                    start.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                for (int i = 0; i < spin; i++) Thread.onSpinWait();
                racer.run();
            }, command -> Thread.ofVirtual().start(command)));
        }
        for (CompletableFuture<Void> one : running) one.get();
    }

    private UUID captured(Answer placed) {
        UUID payment = shop.bean(Ids.class).next();
        commit(capture(placed, payment, null));
        return payment;
    }

    /// What payment tells when money came late, without a provider: an attempt of its own, so that the real one's story
    /// stays whole.
    private static PaymentEvent capture(Answer placed, UUID payment, @Nullable Money sum) {
        JsonNode total = placed.data().path("total");
        Money all = Money.parse(total.path("amount").asString() + " " + total.path("currency").asString());
        return new PaymentEvent.PaymentCaptured(UUID.randomUUID(), payment, 1, Instant.now(),
            "order:" + Counter.id(placed), "stripe", sum == null ? all : sum);
    }

    private void commit(PaymentEvent event) {
        Messaging messaging = shop.bean(Messaging.class);
        Change.retryStale(() -> messaging.commit(Change.of().tells(event))).block();
    }

    private long refundsWanted(UUID payment) {
        return shop.database().number("select count(*) from payment.wishes where payment = ? and kind = 'refund'",
            payment);
    }
}
