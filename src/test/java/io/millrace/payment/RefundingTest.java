package io.millrace.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.messaging.Change;
import io.millrace.money.Money;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RefundingTest {
    private static Shop shop;
    private static Till till;
    private static Client admin;

    @BeforeAll static void open() {
        shop = Till.shop(true);
        till = new Till(shop);
        admin = till.admin();
    }

    @AfterAll static void close() {
        till.oracle();
        shop.close();
    }

    private static Till.Placed paid(String sum, String card) {
        Till.Placed placed = till.place(sum);
        till.confirm(placed, card).expect(200);
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("captured"));
        return placed;
    }

    private static Answer refund(Till.Placed placed, String amount) {
        return admin.post("payments/" + placed.payment() + "/refunds", Map.of("reason", "asked", "amount",
            Map.of("amount", amount, "currency", "USD")));
    }

    private static long refunded(Till.Placed placed) {
        return till.database.number("select refunded from payment.payments where id = ?", placed.payment());
    }

    /// Attack 13. Guard: the cap inside Refunds' write (and behind it payments_refunded_within_captured).
    @Test void fifty_refunds_at_once_never_give_back_more_than_came_in() throws InterruptedException {
        Till.Placed placed = paid("10.00 USD", "pm_card_visa");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = IntStream.range(0, 50).<Callable<Answer>>mapToObj(i -> () -> i % 2 == 0
                ? refund(placed, "3.00") : admin.idempotencyKey("same-" + placed.payment() + i % 6).post("payments/"
                    + placed.payment() + "/refunds",
                    Map.of("reason", "asked", "amount", Map.of("amount", "3.00",
                        "currency", "USD"))))
                .toList();
            List<Answer> answers = threads.invokeAll(calls).stream().map(future -> future.resultNow()).toList();
            assertThat(answers).allMatch(answer -> answer.status() == 201 || answer.status() == 409);
        }
        assertThat(till.database.number("select count(*) from payment.refunds where payment = ?", placed.payment()))
            .isEqualTo(3);
        Eventually.passes(() -> assertThat(refunded(placed)).isEqualTo(900));
        assertThat(refund(placed, "1.01").expect(409).code()).isEqualTo("refund_exceeds_captured");
        admin.post("payments/" + placed.payment() + "/refunds", Map.of("reason", "the rest")).expect(201);
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("refunded"));
        assertThat(till.database.number("select -sum(amount) from ledger.entries where account = ?",
            "receivable:" + placed.ref())).isZero();
        assertThat(refund(placed, "0.01").status()).isEqualTo(409);
    }

    @Test void a_refund_by_us_and_one_at_stripes_own_desk_are_each_booked_once() {
        Till.Placed placed = paid("10.00 USD", "pm_card_visa");
        till.asMerchant("/v1/refunds", "payment_intent", placed.object(), "amount", "400").expect(200);
        Eventually.passes(() -> assertThat(refunded(placed)).isEqualTo(400));
        refund(placed, "6.00").expect(201);
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("refunded"));
        assertThat(till.database.number("select back from probe.orders where ref = ?", placed.ref())).isEqualTo(1000);
    }

    @Test void a_refund_that_takes_its_time_is_done_when_the_provider_says_so() {
        Till.Placed placed = paid("10.00 USD", "pm_card_pendingRefund");
        refund(placed, "10.00").expect(201);
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("refunded"));
    }

    @Test void a_refund_that_comes_back_is_booked_back() {
        Till.Placed placed = paid("10.00 USD", "pm_card_refundFail");
        refund(placed, "10.00").expect(201);
        Eventually.passes(() -> assertThat(till.heard(placed)).endsWith("PaymentRefunded", "PaymentRefundFailed"));
        assertThat(till.status(placed)).isEqualTo("captured");
        assertThat(refunded(placed)).isZero();
        // what the probe counted as given back came in again; its own books are not this room's
        till.database.execute("update probe.orders set back = 0 where ref = ?", placed.ref());
    }

    @Test void wrong_refunds_are_refused_with_every_reason() {
        Till.Placed placed = paid("10.00 USD", "pm_card_visa");
        String path = "payments/" + placed.payment() + "/refunds";
        shop.client().post(path, Map.of("reason", "x")).expect(401);
        assertThat(admin.post(path, Map.of()).expect(422).text()).contains("reason");
        assertThat(admin.post(path, Map.of("reason", "x", "amount", Map.of("amount", "-1.00", "currency", "USD")))
            .expect(422).text()).contains("amount");
        assertThat(admin.post(path, Map.of("reason", "x", "amount", Map.of("amount", "1.00", "currency", "EUR")))
            .expect(422).text()).contains("currency");
        assertThat(admin.post(path, Map.of("reason", "x", "lines", List.of(Map.of("item", UUID.randomUUID(),
            "quantity", 1)))).expect(422).text()).contains("amount");
        admin.post("payments/" + UUID.randomUUID() + "/refunds", Map.of("reason", "x")).expect(404);
        Till.Placed unpaid = till.place("10.00 USD");
        admin.post("payments/" + unpaid.payment() + "/refunds", Map.of("reason", "x")).expect(409);
        assertThat(refunded(placed)).isZero();
    }

    /// Late money: the process above wants it back in the very statement that books it.
    @Test void a_refund_wanted_while_the_capture_is_being_booked_is_done_by_the_worker() {
        Till.Placed placed = till.place("10.00 USD");
        till.database.execute("insert into probe.refunding values (?)", placed.ref());
        till.confirm(placed, "pm_card_visa").expect(200);
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("refunded"));
        assertThat(till.heard(placed)).containsExactly("PaymentOpened", "PaymentCaptured", "PaymentRefunded");
    }

    @Test void a_refund_wished_beyond_what_came_in_is_not_done_and_a_person_hears_of_it() {
        Till.Placed placed = paid("10.00 USD", "pm_card_visa");
        UUID wish = till.ids.next();
        till.commit(Change.of(till.payments.refundWanted(wish, placed.payment(), Money.parse("10.01 USD"), "wrong")));
        Eventually.passes(() -> assertThat(till.reviews(placed)).containsExactly("refund_refused"));
        assertThat(till.status(placed)).isEqualTo("captured");
    }

    @Test void a_cancelled_payment_is_closed_at_the_provider_and_cannot_be_paid() {
        Till.Placed placed = till.place("10.00 USD");
        till.commit(Change.of(till.payments.cancel(placed.payment(), "not paid in time")));
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("cancelled"));
        till.confirm(placed, "pm_card_visa").expect(400);
        assertThat(till.heard(placed)).containsExactly("PaymentOpened", "PaymentCancelled");
    }

    @Test void a_cancel_that_comes_too_late_finds_the_money() {
        Till.Placed placed = till.place("10.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        till.commit(Change.of(till.payments.cancel(placed.payment(), "too late")));
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("captured"));
        assertThat(till.captures(placed)).isEqualTo(1);
    }

    @Test void cash_is_due_until_staff_collects_it_and_goes_back_over_the_counter() {
        Till.Placed placed = till.place("30.00 USD", "cod");
        assertThat(placed.view().status()).isEqualTo("pending");
        String path = "admin/payments/" + placed.payment() + "/collect";
        shop.client().post(path, null).expect(401);
        assertThat(admin.post(path, null).expect(200).data().path("status").asString()).isEqualTo("captured");
        admin.post(path, null).expect(200);
        assertThat(till.captures(placed)).isEqualTo(1);
        assertThat(till.database.number("""
            select sum(e.amount) from ledger.entries e join ledger.entries p on p.journal = e.journal
             where e.account = 'cash:cod' and p.account = ?""", "receivable:" + placed.ref())).isEqualTo(3000);
        refund(placed, "30.00").expect(201);
        Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("refunded"));
        Till.Placed card = till.place("30.00 USD");
        assertThat(admin.post("admin/payments/" + card.payment() + "/collect", null).expect(409).code())
            .isEqualTo("not_collectable");
    }

    @Test void a_payment_is_shown_to_its_payer_and_to_nobody_else() {
        UUID id = till.ids.next();
        String ref = "probe:" + id;
        till.database.execute("insert into probe.orders (ref) values (?)", ref);
        String hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"; // SHA-256 of "test"
        till.commit(Change.of(till.payments.open(id, new Payable(ref, Money.parse("1.00 USD"), "stripe", "pecos",
            null, hash))));
        shop.client().get("payments/" + id).expect(404);
        shop.client().with("X-Order-Token", "other").get("payments/" + id).expect(404);
        assertThat(shop.client().with("X-Order-Token", "test").get("payments/" + id).expect(200).data().path("id")
            .asString()).isEqualTo(id.toString());
        assertThat(shop.client().with("X-Order-Token", "test").get("payments").expect(200).data().size()).isEqualTo(1);
        shop.client().get("payments").expect(401);
        admin.get("payments/" + id).expect(200);
        // nobody called openAtProvider: the sweep opens it
        till.database.execute("update payment.payments set look_at = now() where id = ?", id);
        Eventually.passes(() -> assertThat(admin.get("payments/" + id).data().path("status").asString())
            .isEqualTo("pending"));
    }
}
