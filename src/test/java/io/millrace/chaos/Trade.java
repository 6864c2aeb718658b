package io.millrace.chaos;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.Product;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Saved;
import io.millrace.catalog.VariantDraft;
import io.millrace.jobs.ShopClock;
import io.millrace.money.Money;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Buyers who do not give up and a Stripe that does not either: each asks again, with the same key or the same letter,
/// until the shop has acknowledged. What was refused on the way is kept as a witness.
final class Trade {
    static final String CHANNEL = "pecos";
    /// Where a sandbox sends its webhooks when the test delivers them itself.
    static final String NOBODY = "http://127.0.0.1:9/nobody";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] SECRET = "whsec_sandbox".getBytes(StandardCharsets.UTF_8);

    final Shop shop;
    final Database database;
    /// Every answer that was no yes, and every broken connection.
    final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    /// How long each answer took, good or bad.
    final Queue<Long> tookMs = new ConcurrentLinkedQueue<>();

    Trade(Shop shop) {
        this.shop = shop;
        this.database = shop.database();
    }

    /// `status` 0 is a connection that broke.
    record Refusal(int status, String code, @Nullable String retryAfter, long atNanos) {}

    /// What the shop has acknowledged to a buyer.
    record Placed(String key, Map<String, Object> body, String id, String token, Answer answer) {}

    UUID goods(String price, long onHand) {
        return product("Goods " + UUID.randomUUID(), price, onHand).variants().getFirst().id();
    }

    Product product(String name, String price, long onHand) {
        return products(List.of(draft(name, price, onHand))).getFirst();
    }

    ProductDraft draft(String name, String price, long onHand) {
        return ProductDraft.of(CHANNEL, name, ProductType.PHYSICAL,
            VariantDraft.piece("c-" + UUID.randomUUID(), "", Money.parse(price), onHand));
    }

    List<Product> products(List<ProductDraft> drafts) {
        List<Product> made = new ArrayList<>();
        for (Saved saved : shop.bean(Catalog.class).save(drafts, Catalog.Repeats.COUNT).toFuture().join()) {
            if (!(saved instanceof Saved.Created(Product product))) throw new AssertionError(saved);
            made.add(product);
        }
        return made;
    }

    void reprice(Product product, String price) {
        Saved saved = shop.bean(Catalog.class).save(List.of(new ProductDraft(product.id(), CHANNEL, null, null, null,
            null, null, null, null, null, null, null, null, null, null, null,
            List.of(new VariantDraft(product.variants().getFirst().id(), null, null, null, null, null, null, null, null,
                null, null, Money.parse(price), null, null)),
            false, null)), Catalog.Repeats.COUNT).toFuture().join().getFirst();
        if (!(saved instanceof Saved.Changed)) throw new AssertionError(saved);
    }

    static Map<String, Object> body(String method, UUID variant, int quantity) {
        return Map.of("items", List.of(Map.of("variant_id", variant, "quantity", quantity)),
            "contact", Map.of("name", "Ada Rivers", "email", "ada@example.com", "phone", "+15055550123"),
            "shipping_address", Map.of("name", "Ada Rivers", "line1", "1 River Road", "city", "Springfield",
                "postal_code", "12345", "country", "US"),
            "payment_method", method);
    }

    static String key() {
        return UUID.randomUUID().toString();
    }

    /// Asks until the answer is that good; only "away", "still running" and a broken connection are taken for a reason
    /// to ask again.
    Answer insist(String what, Supplier<Answer> ask, Predicate<Answer> good) {
        AtomicReference<@Nullable Answer> got = new AtomicReference<>();
        Eventually.holds(what, PATIENCE, () -> {
            Answer answer = attempt(ask);
            if (answer != null && good.test(answer)) {
                got.set(answer);
                return true;
            }
            if (answer != null && answer.status() != 503 && !answer.code().equals("idempotency_key_running"))
                throw new AssertionError(what + ": " + answer);
            return false;
        });
        return Objects.requireNonNull(got.get());
    }

    /// Null when the connection broke.
    @Nullable Answer attempt(Supplier<Answer> ask) {
        long began = System.nanoTime();
        try {
            Answer answer = ask.get();
            // the sandbox plays Stripe, in Stripe's words
            if (answer.status() >= 400 && !answer.request().contains("/sandbox/"))
                refusals.add(
                    new Refusal(answer.status(), answer.code(), answer.header("Retry-After"), System.nanoTime()));
            return answer;
        } catch (UncheckedIOException broken) {
            refusals.add(new Refusal(0, String.valueOf(broken.getCause()), null, System.nanoTime()));
            return null;
        } finally {
            tookMs.add(Duration.ofNanos(System.nanoTime() - began).toMillis());
        }
    }

    Placed place(Supplier<Client> node, String method, UUID variant) {
        return place(node, key(), body(method, variant, 1));
    }

    Placed place(Supplier<Client> node, String key, Map<String, Object> body) {
        Answer answer = insist("an order", () -> node.get().channel(CHANNEL).idempotencyKey(key).post("orders", body),
            got -> got.status() == 201);
        return new Placed(key, body, answer.data().path("id").asString(),
            answer.data().path("order_token").asString(), answer);
    }

    Client holding(Supplier<Client> node, Placed placed) {
        return node.get().channel(CHANNEL).with("X-Order-Token", placed.token());
    }

    /// The buyer's browser waits for the payment to be open, and confirms it at Stripe with a good card; answers
    /// Stripe's name of it.
    String confirm(Supplier<Client> node, Placed placed) {
        AtomicReference<String> opened = new AtomicReference<>("");
        Eventually.holds("the payment of " + placed.id() + " is open", PATIENCE, () -> {
            Answer shown = attempt(() -> holding(node, placed).get("orders/" + placed.id()));
            if (shown != null) opened.set(shown.data().path("payment").path("client_secret").asString());
            return !String.valueOf(opened.get()).isEmpty();
        });
        String secret = String.valueOf(opened.get());
        String intent = secret.substring(0, secret.indexOf("_secret_"));
        insist("Stripe takes the card", () -> node.get().with("Content-Type", "application/x-www-form-urlencoded")
            .send("POST", "/sandbox/stripe/v1/payment_intents/" + intent + "/confirm",
                "key=pk_test_sandbox&client_secret=" + secret + "&payment_method=pm_card_visa"),
            got -> got.status() == 200 || got.text().contains("payment_intent_unexpected_state"));
        return intent;
    }

    /// Stripe's letter that the payment succeeded, delivered until a 2xx comes back.
    void deliver(Supplier<Client> node, String intent) {
        String doc = Eventually.comes("the intent of the letter", PATIENCE, IllegalStateException.class,
            () -> (String) database.value("select doc::text from sandbox.intents where id = ?", intent));
        byte[] letter = """
            {"id":"evt_%s","object":"event","api_version":"2026-10-28.endive","created":1700000000,"livemode":false,\
            "pending_webhooks":1,"type":"payment_intent.succeeded","request":null,"data":{"object":%s}}"""
            .formatted(intent, doc).getBytes(StandardCharsets.UTF_8);
        insist("the letter arrives", () -> {
            long time = shop.bean(ShopClock.class).instant().getEpochSecond();
            return node.get().with("Stripe-Signature", "t=" + time + ",v1=" + sign(time, letter))
                .post("/api/v1/webhooks/stripe", letter);
        }, got -> got.status() == 200);
    }

    private static String sign(long time, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    void awaits(Supplier<Client> node, Placed placed, String paymentStatus) {
        Eventually.holds("order " + placed.id() + " is " + paymentStatus, PATIENCE, () -> {
            Answer shown = attempt(() -> holding(node, placed).get("orders/" + placed.id()));
            return shown != null && shown.data().path("payment_status").asString().equals(paymentStatus);
        });
    }

    /// I9: what was acknowledged is there, and the same key has the same order again.
    void keepsItsWord(Supplier<Client> node, Placed placed) {
        Placed again = place(node, placed.key(), placed.body());
        if (!again.id().equals(placed.id()) || !again.token().equals(placed.token()))
            throw new AssertionError("one key, two orders: " + placed + " " + again);
    }

    long orders() {
        return database.number("select count(*) from ordering.orders");
    }
}
