package io.millrace.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.messaging.Change;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Answer;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The attacks on the way up. Stripe's letters are posted by hand, so that every order and every lie can be tried.
class SettlingTest {
    private static final String CHARGE = """
        {"id":"ch_x","object":"charge","amount":%d,"amount_refunded":%d,"currency":"usd","payment_intent":"%s"}""";
    private static Shop shop;
    private static Till till;

    @BeforeAll static void open() {
        shop = Till.shop(false);
        till = new Till(shop);
    }

    @AfterAll static void close() {
        till.oracle();
        shop.close();
    }

    private static String event() {
        return "evt_" + UUID.randomUUID();
    }

    private static long inbox(String event) {
        return till.database.number("select count(*) from payment.webhook_inbox where event_id = ?", event);
    }

    private static List<Answer> atOnce(int times, Callable<Answer> call) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(IntStream.range(0, times).mapToObj(i -> call).toList()).stream()
                .map(future -> future.resultNow()).toList();
        }
    }

    /// Attack 16. Guard: StripeSignature before anything is parsed or stored.
    @Test void a_forged_letter_is_refused_and_leaves_no_trace() {
        Till.Placed placed = till.place("20.00 USD");
        String event = event();
        String letter = till.letter(event, "payment_intent.succeeded", placed.object())
            .replace("requires_payment_method", "succeeded").replace("\"amount_received\": 0",
                "\"amount_received\": 2000");
        assertThat(till.deliver(shop.client(), letter, 0, "whsec_wrong").expect(401).code()).isEqualTo("bad_signature");
        till.deliver(shop.client(), letter, 301, Till.SECRET).expect(401);
        till.deliver(shop.client(), letter, -301, Till.SECRET).expect(401);
        shop.client().post("/api/v1/webhooks/stripe", letter).expect(401);
        shop.client().post("/api/v1/payments/webhook", letter).expect(401);
        shop.client().post("/api/v1/webhooks/cod", letter).expect(404);
        shop.client().post("/api/v1/webhooks/nobody", letter).expect(404);
        assertThat(inbox(event)).isZero();
        assertThat(till.status(placed)).isEqualTo("pending");
    }

    /// Attack 17. Guards: the inbox's key (provider, event), the payment's version, Life's row "paid x paid".
    @Test void the_same_event_and_its_twins_have_one_effect() throws InterruptedException {
        Till.Placed placed = till.place("20.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        String event = event();
        String letter = till.letter(event, "payment_intent.succeeded", placed.object());
        assertThat(atOnce(10, () -> till.deliver(letter))).extracting(Answer::status).containsOnly(200);
        till.deliver(till.letter(event(), "payment_intent.succeeded", placed.object())).expect(200);
        assertThat(till.captures(placed)).isEqualTo(1);
        assertThat(till.database.number("select count(*) from ledger.journals where ref = ?",
            "payment:" + placed.payment() + ":captured")).isEqualTo(1);
        assertThat(till.database.number("select deliveries from payment.webhook_inbox where event_id = ?", event))
            .isEqualTo(10);
    }

    /// A hint, the webhook and the sweep at once: one settlement.
    @Test void the_clients_hint_and_the_webhook_race_to_one_settlement() throws InterruptedException {
        Till.Placed placed = till.place("20.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        String letter = till.letter(event(), "payment_intent.succeeded", placed.object());
        List<Callable<Answer>> both = List.of(() -> till.deliver(letter), () -> shop.client()
            .post("payments/process", Map.of("payment_intent_id", placed.object())));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = IntStream.range(0, 12).mapToObj(i -> both.get(i % 2)).toList();
            assertThat(threads.invokeAll(calls)).allMatch(future -> future.resultNow().status() == 200);
        }
        assertThat(till.captures(placed)).isEqualTo(1);
        assertThat(till.heard(placed)).containsExactly("PaymentOpened", "PaymentCaptured");
    }

    /// Attack 18. Guards: Fitting.wrongSum, Fitting.misfit; quarantine instead of capture.
    @Test void letters_that_do_not_fit_are_quarantined_and_the_payment_stays_unpaid() {
        Till.Placed placed = till.place("100.00 USD");
        String good = till.letter(event(), "payment_intent.succeeded", placed.object())
            .replace("requires_payment_method", "succeeded");
        till.deliver(good.replace("\"amount_received\": 0", "\"amount_received\": 100")).expect(200);
        assertThat(till.reviews(placed)).contains("wrong_amount");
        till.deliver(good.replaceFirst("evt_[^\"]*", event()).replace("\"amount_received\": 0",
            "\"amount_received\": 10000").replace("\"currency\": \"usd\"", "\"currency\": \"eur\"")).expect(200);
        assertThat(till.reviews(placed)).contains("wrong_currency");
        till.deliver(till.letter(event(), "payment_intent.succeeded", placed.object(), "true")
            .replace("requires_payment_method", "succeeded").replace("\"amount_received\": 0",
                "\"amount_received\": 10000"))
            .expect(200);
        assertThat(till.reviews(placed)).contains("wrong_mode");
        till.deliver(good.replaceFirst("evt_[^\"]*", event()).replace(placed.object(), "pi_somebody_else")
            .replace("\"amount_received\": 0", "\"amount_received\": 10000")).expect(200);
        assertThat(till.database.number("select count(*) from payment.reviews where object = 'pi_somebody_else'"))
            .isEqualTo(1);
        assertThat(till.status(placed)).isEqualTo("pending");
        assertThat(till.captures(placed)).isZero();
        // the true letter still settles it
        till.confirm(placed, "pm_card_visa").expect(200);
        till.deliver(till.letter(event(), "payment_intent.succeeded", placed.object())).expect(200);
        assertThat(till.status(placed)).isEqualTo("captured");
    }

    @Test void money_that_the_provider_really_took_in_another_amount_goes_to_a_person() {
        Till.Placed placed = till.place("100.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        till.database.execute("""
            update sandbox.intents set doc = doc || '{"amount_received": 1}' where id = ?""", placed.object());
        till.deliver(till.letter(event(), "payment_intent.succeeded", placed.object())).expect(200);
        assertThat(till.status(placed)).isEqualTo("review");
        assertThat(till.heard(placed)).containsExactly("PaymentOpened", "PaymentQuarantined");
        JsonNode review = till.admin().get("admin/payments/reviews").expect(200).data().valueStream()
            .filter(one -> one.path("object").asString().equals(placed.object())).findFirst().orElseThrow();
        String resolve = "admin/payments/reviews/" + review.path("id").asString() + "/resolve";
        assertThat(till.admin().post(resolve, Map.of()).expect(422).text()).contains("resolution");
        till.admin().checked().post(resolve, Map.of("resolution", "given back by hand at Stripe")).expect(204);
        till.admin().post(resolve, Map.of("resolution", "again")).expect(404);
        assertThat(till.admin().get("admin/payments/reviews").expect(200).text()).doesNotContain(placed.object());
    }

    /// Attack 20: whatever comes in whatever order, the end is what the provider says.
    @Test void a_refund_before_its_capture_and_a_decline_after_success_end_in_the_providers_state() {
        Till.Placed placed = till.place("50.00 USD");
        till.confirm(placed, "pm_card_chargeDeclined").expect(402);
        String declined = till.letter(event(), "payment_intent.payment_failed", placed.object());
        till.confirm(placed, "pm_card_visa").expect(200);
        String refund = till.asMerchant("/v1/refunds", "payment_intent", placed.object(), "amount", "2000").expect(200)
            .json().path("id").asString();
        till.deliver(till.letter(event(), "refund.created", refund)).expect(200);
        till.deliver(Till.envelope(event(), "charge.refunded", CHARGE.formatted(5000, 2000, placed.object()), "false"))
            .expect(200);
        till.deliver(declined).expect(200);
        till.deliver(till.letter(event(), "payment_intent.succeeded", placed.object())).expect(200);
        assertThat(till.status(placed)).isEqualTo("partially_refunded");
        assertThat(till.database.number("select refunded from payment.payments where id = ?", placed.payment()))
            .isEqualTo(2000);
        assertThat(till.heard(placed)).containsExactly("PaymentOpened", "PaymentCaptured", "PaymentRefunded");
    }

    @Test void a_dispute_that_comes_first_settles_the_payment_and_tells_a_person() {
        Till.Placed placed = till.place("50.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        till.deliver(Till.envelope(event(), "charge.dispute.created", """
            {"id":"dp_1","object":"dispute","charge":"ch_1","payment_intent":"%s","amount":5000,
             "status":"needs_response"}
            """.formatted(placed.object()), "false")).expect(200);
        assertThat(till.status(placed)).isEqualTo("captured");
        assertThat(till.reviews(placed)).containsExactly("dispute_opened");
    }

    /// Attack 21: only the provider's word counts.
    @Test void saying_that_one_has_paid_does_not_pay() {
        Till.Placed placed = till.place("20.00 USD");
        var answer = shop.client().post("payments/process?status=success&redirect_status=succeeded",
            Map.of("payment_intent_id", placed.object())).expect(200);
        assertThat(answer.data().path("status").asString()).isEqualTo("pending");
        shop.client().post("payments/process", Map.of("payment_intent_id", "pi_invented")).expect(404);
        shop.client().post("payments/process", Map.of("payment_intent_id", "../refunds")).expect(404);
        assertThat(till.status(placed)).isEqualTo("pending");
        assertThat(till.captures(placed)).isZero();
    }

    @Test void a_decline_is_told_once_for_each_try_and_the_next_card_pays() {
        Till.Placed placed = till.place("20.00 USD");
        till.confirm(placed, "pm_card_visa_chargeDeclinedInsufficientFunds").expect(402);
        String first = till.letter(event(), "payment_intent.payment_failed", placed.object());
        till.deliver(first).expect(200);
        till.deliver(first).expect(200);
        shop.client().post("payments/process", Map.of("payment_intent_id", placed.object())).expect(200);
        assertThat(till.status(placed)).isEqualTo("declined");
        till.confirm(placed, "pm_card_chargeDeclined").expect(402);
        till.deliver(till.letter(event(), "payment_intent.payment_failed", placed.object())).expect(200);
        till.confirm(placed, "pm_card_visa").expect(200);
        shop.client().post("payments/process", Map.of("payment_intent_id", placed.object())).expect(200);
        assertThat(till.heard(placed)).containsExactly("PaymentOpened", "PaymentDeclined", "PaymentDeclined",
            "PaymentCaptured");
    }

    @Test void unknown_types_and_nonsense_are_kept_and_answered_200() {
        String event = event();
        till.deliver(Till.envelope(event, "customer.created", "{\"id\":\"cus_1\"}", "false")).expect(200);
        assertThat(till.database.value("select status from payment.webhook_inbox where event_id = ?", event))
            .isEqualTo("ignored");
        till.deliver("this is not JSON " + event).expect(200);
        assertThat(till.database.number("select count(*) from payment.webhook_inbox where type = 'unreadable'"))
            .isPositive();
    }

    /// The letter may overtake the answer of the call that opened the intent.
    @Test void a_letter_that_comes_before_the_opening_was_answered_settles_the_payment() {
        Till.Placed other = till.place("20.00 USD");
        UUID id = till.ids.next();
        String ref = "probe:" + id;
        till.database.execute("insert into probe.orders (ref) values (?)", ref);
        Payable payable = new Payable(ref, io.millrace.money.Money.parse("20.00 USD"), "stripe", "pecos", null, null);
        till.commit(Change.of(till.payments.open(id, payable)));
        String letter = till.letter(event(), "payment_intent.succeeded", other.object())
            .replace(other.object(), "pi_early_" + id).replace(other.payment().toString(), id.toString())
            .replace("requires_payment_method", "succeeded").replace("\"amount_received\": 0",
                "\"amount_received\": 2000");
        till.deliver(letter).expect(200);
        assertThat(till.database.value("select status from payment.payments where id = ?", id)).isEqualTo("captured");
        PaymentView view = Till.now(till.payments.openAtProvider(id, payable));
        assertThat(view.status()).isEqualTo("captured");
    }

    /// Guard: the row stays pending until its effect committed; the sweep drives it again.
    @Test void a_letter_whose_processing_failed_is_kept_answered_503_and_driven_again() {
        Till.Placed placed = till.place("20.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        String event = event();
        till.database.execute("alter table probe.orders rename to orders_away");
        try {
            till.deliver(till.letter(event, "payment_intent.succeeded", placed.object())).expect(503);
        } finally {
            till.database.execute("alter table probe.orders_away rename to orders");
        }
        assertThat(till.database.value("select status from payment.webhook_inbox where event_id = ?", event))
            .isEqualTo("pending");
        assertThat(till.status(placed)).isEqualTo("pending");
        till.database.execute("update payment.webhook_inbox set look_at = now() where event_id = ?", event);
        till.sweep();
        io.millrace.testing.Eventually.passes(() -> assertThat(till.status(placed)).isEqualTo("captured"));
        var list = till.admin().get("admin/webhooks?status=done").expect(200);
        assertThat(list.text()).contains(event);
        till.admin().post("admin/webhooks/stripe/" + event + "/replay", null).expect(200);
        assertThat(till.captures(placed)).isEqualTo(1);
        shop.client().get("admin/webhooks").expect(401);
    }

    /// Nobody wrote to us at all: the sweep asks.
    @Test void a_payment_whose_webhook_never_came_is_found_by_the_sweep() {
        Till.Placed placed = till.place("20.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        till.database.execute("update payment.payments set look_at = now() where id = ?", placed.payment());
        till.sweep();
        io.millrace.testing.Eventually.holds("the sweep asked", Duration.ofSeconds(10),
            () -> till.status(placed).equals("captured"));
    }

    /// Guard: the version in PaymentRows.move; the status alone would let a second decline through. The row's piece is
    /// run by itself, because the facts' own key (aggregate, version) would refuse the whole change as well.
    @Test void a_move_decided_on_an_old_reading_is_refused_as_stale() {
        Till.Placed placed = till.place("20.00 USD");
        till.confirm(placed, "pm_card_chargeDeclined").expect(402);
        till.deliver(till.letter(event(), "payment_intent.payment_failed", placed.object())).expect(200);
        Payment read = Till.now(shop.bean(PaymentRows.class).byId(placed.payment()));
        Life.Story one = Life.hear(read, new Heard.Declined(placed.object(), "ch_a", "no"));
        Life.Story two = Life.hear(read, new Heard.Declined(placed.object(), "ch_b", "no"));
        till.commit(shop.bean(Moves.class).change(read, one, List.of()));
        var write = Write.of(PaymentRows.move(read, two.payment(), null, read.createdAt()));
        assertThatThrownBy(() -> Till.now(shop.bean(Postgres.class).run(write))).isInstanceOf(Refused.class)
            .hasMessage(Refused.STALE);
    }

    /// At most four: the delivery stored and its payment read, the process above reads, everything is committed.
    @Test void a_settle_costs_three_round_trips() {
        Till.Placed placed = till.place("20.00 USD");
        till.confirm(placed, "pm_card_visa").expect(200);
        String letter = till.letter(event(), "payment_intent.succeeded", placed.object());
        till.database.execute("create extension if not exists pg_stat_statements");
        till.database.execute("select pg_stat_statements_reset()");
        till.deliver(letter).expect(200);
        var calls = till.database.rows("""
            select query, calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
             where d.datname = current_database() and toplevel
               and (query ilike '%payment.%' or query ilike '%probe.%' or query ilike '%ledger.%')
               and query not ilike '%skip locked%' and query not ilike '%pg_stat%'""");
        assertThat(calls.stream().mapToLong(row -> ((Number) java.util.Objects.requireNonNull(row.get("calls")))
            .longValue()).sum()).as(calls.toString()).isEqualTo(3);
    }
}
