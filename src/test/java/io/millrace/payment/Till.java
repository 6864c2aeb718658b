package io.millrace.payment;

import io.millrace.http.Ids;
import io.millrace.jobs.ShopClock;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.money.Money;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
import io.millrace.testing.Shop;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import reactor.core.publisher.Mono;

/// The language of this room's tests: something to pay, a buyer with a card, Stripe's own letters, and the oracle.
final class Till {
    static final String SECRET = "whsec_sandbox";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final Shop shop;
    final Payments payments;
    final Database database;
    final Ids ids = new Ids(new ShopClock());

    Till(Shop shop) {
        this.shop = shop;
        this.payments = shop.bean(Payments.class);
        this.database = shop.database();
        database.execute(ProbeModule.SCHEMA);
    }

    /// A shop whose sandbox delivers only what the test posts by hand when `hooks` is false.
    static Shop shop(boolean hooks) {
        return hooks ? Shop.with("millrace.probe", "true")
            : Shop.with("millrace.probe", "true", "millrace.sandbox.webhook-urls", "http://127.0.0.1:9/nobody");
    }

    static <T> T now(Mono<T> work) {
        return Objects.requireNonNull(work.block(PATIENCE));
    }

    /// Something placed: its reference, its payment, and what the buyer's browser was given.
    record Placed(String ref, UUID payment, PaymentView view) {
        String object() {
            return Objects.requireNonNull(view.providerReference());
        }
    }

    Placed place(String sum) {
        return place(sum, "stripe");
    }

    Placed place(String sum, String method) {
        UUID id = ids.next();
        String ref = "probe:" + ids.next();
        database.execute("insert into probe.orders (ref) values (?)", ref);
        Payable payable = new Payable(ref, Money.parse(sum), method, "pecos", null, null);
        commit(Change.of(payments.open(id, payable)));
        return new Placed(ref, id, now(payments.openAtProvider(id, payable)));
    }

    void commit(Change change) {
        now(shop.bean(Messaging.class).commit(change));
    }

    /// What Stripe.js does with a card.
    Answer confirm(Placed placed, String card) {
        return stripe("/v1/payment_intents/" + placed.object() + "/confirm", "payment_method", card, "client_secret",
            Objects.requireNonNull(placed.view().clientSecret()), "key", "pk_test_sandbox");
    }

    /// A form to the simulated Stripe, as anybody.
    Answer stripe(String path, String... form) {
        return form(shop.client(), path, form);
    }

    Answer asMerchant(String path, String... form) {
        return form(shop.client().bearer("sk_test_sandbox"), path, form);
    }

    static Answer form(Client client, String path, String... form) {
        String body = java.util.stream.IntStream.range(0, form.length / 2)
            .mapToObj(i -> form[2 * i] + "=" + form[2 * i + 1]).collect(Collectors.joining("&"));
        return client.with("Content-Type", "application/x-www-form-urlencoded").send("POST", "/sandbox/stripe" + path,
            body);
    }

    /// The letter that Stripe would send about an intent as it stands in its books now.
    String letter(String event, String type, String object) {
        return letter(event, type, object, "false");
    }

    String letter(String event, String type, String object, String live) {
        String doc = (String) Objects.requireNonNull(database.value(
            "select coalesce((select doc from sandbox.intents where id = ?), (select doc from sandbox.refunds "
                + "where id = ?))::text",
            object, object));
        return envelope(event, type, doc.replace("\"livemode\": false", "\"livemode\": " + live), live);
    }

    static String envelope(String event, String type, String object, String live) {
        return """
            {"id":"%s","object":"event","api_version":"2026-10-28.endive","created":1700000000,"livemode":%s,\
            "pending_webhooks":1,"type":"%s","request":null,"data":{"object":%s}}""".formatted(event, live, type,
            object);
    }

    Answer deliver(String letter) {
        return deliver(shop.client(), letter, 0, SECRET);
    }

    Answer deliver(Client node, String letter, long ageSeconds, String secret) {
        byte[] body = letter.getBytes(StandardCharsets.UTF_8);
        long time = shop.bean(ShopClock.class).instant().getEpochSecond() - ageSeconds;
        return node.with("Stripe-Signature", "t=" + time + ",v1=" + sign(time, body, secret))
            .post("/api/v1/webhooks/stripe", body);
    }

    static String sign(long time, byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    Client admin() {
        return shop.client().bearer(shop.client().post("auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200).data().path("access_token").asString());
    }

    void sweep() {
        shop.bean(Sweep.class).round().block(PATIENCE);
    }

    String status(Placed placed) {
        return (String) Objects.requireNonNull(database.value("select status from payment.payments where id = ?",
            placed.payment()));
    }

    long captures(Placed placed) {
        return database.number("select captures from probe.orders where ref = ?", placed.ref());
    }

    List<String> heard(Placed placed) {
        return Arrays.asList(((String) Objects.requireNonNull(database.value(
            "select array_to_string(heard, ',') from probe.orders where ref = ?", placed.ref()))).split(","));
    }

    List<String> reviews(Placed placed) {
        return database.rows("select reason from payment.reviews where payment = ? or object = ? order by reason",
            placed.payment(), placed.object()).stream().map(row -> (String) Objects.requireNonNull(row.get("reason")))
            .toList();
    }

    /// I2, I4, I5 and that payment, book, probe and provider agree to the cent.
    void oracle() {
        nothing("I2: a journal does not sum to zero", """
            select journal, currency from ledger.entries group by 1, 2 having sum(amount) <> 0""");
        nothing("I4: more went back than came in", """
            select id from payment.payments where refunded < 0 or refunding < 0 or refunded + refunding > captured""");
        nothing("I4: the refunds' sum is not the payment's", """
            select p.id from payment.payments p left join payment.refunds r on r.payment = p.id
             group by p.id having p.refunded <> coalesce(sum(r.amount) filter (where r.status = 'succeeded'), 0)
                or p.refunding <> coalesce(sum(r.amount) filter (where r.status in ('wanted','unknown','sent')), 0)""");
        nothing("I5: an acknowledged event is neither applied nor quarantined", """
            select event_id from payment.webhook_inbox where status = 'pending'""");
        nothing("the book and the payments disagree", """
            select p.id from payment.payments p
              left join ledger.entries e on e.account = 'receivable:' || p.ref
             group by p.id having p.captured - p.refunded <> -coalesce(sum(e.amount), 0)""");
        nothing("the process above heard something else", """
            select o.ref from probe.orders o join payment.payments p on p.ref = o.ref
             group by o.ref having o.paid <> sum(p.captured) or o.captures > 1 or o.back < sum(p.refunded)""");
        nothing("facts have gaps", """
            select aggregate from messaging.facts where aggregate like 'payment:%'
             group by aggregate having max(version) <> count(*) or min(version) <> 1""");
        nothing("the payment's version is not its facts' count", """
            select p.id from payment.payments p left join messaging.facts f on f.aggregate = 'payment:' || p.id
             group by p.id having p.version <> count(f.id)""");
    }

    private void nothing(String wrong, String sql) {
        var rows = database.rows(sql);
        if (!rows.isEmpty()) throw new AssertionError(wrong + ": " + rows);
    }
}
