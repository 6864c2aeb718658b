package io.millrace.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.security.GeneralSecurityException;
import java.net.URLDecoder;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/// Just enough of Stripe to open payments, in the bench's own JVM so that it costs the shop nothing; and the letters it
/// would send. (The shop's own sandbox is true to the wire but runs, and would be counted, inside the shop.)
final class Provider implements AutoCloseable {
    static final String SECRET = "whsec_bench";
    private final DisposableServer server;
    private final AtomicLong count = new AtomicLong();
    private final Map<String, String> intents = new ConcurrentHashMap<>();
    private static final Pattern FIELD = Pattern.compile("([^&=]+)=([^&]*)");

    Provider() {
        server = HttpServer.create().host("127.0.0.1").port(0).route(routes -> routes
            .post("/v1/payment_intents", (request, response) -> request.receive().aggregate().asString()
                .flatMap(form -> response.header("Content-Type", "application/json").sendString(
                    Mono.just(opened(form))).then()))
            .get("/v1/payment_intents/{id}", (request, response) -> response.sendString(
                Mono.just(intents.getOrDefault(String.valueOf(request.param("id")), "{}"))).then()))
            .bindNow();
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    private String opened(String form) {
        Map<String, String> fields = new java.util.HashMap<>();
        for (Matcher field = FIELD.matcher(form); field.find();)
            fields.put(decode(field.group(1)), decode(field.group(2)));
        String id = "pi_bench" + Long.toString(count.incrementAndGet(), 36) + Long.toString(System.nanoTime(), 36);
        String json = """
            {"id":"%s","object":"payment_intent","amount":%s,"amount_received":0,"currency":"%s",\
            "client_secret":"%s_secret_x","livemode":false,"status":"requires_payment_method","latest_charge":null,\
            "metadata":{"order_id":"%s","payment_id":"%s"}}""".formatted(id, fields.get("amount"),
            fields.get("currency"), id, fields.get("metadata[order_id]"), fields.get("metadata[payment_id]"));
        intents.put(id, json);
        return json;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /// The letter that says an intent was paid.
    String paid(String intent) {
        String json = intents.remove(intent);
        if (json == null) throw new IllegalStateException("no " + intent);
        Matcher amount = Pattern.compile("\"amount\":(\\d+)").matcher(json);
        if (!amount.find()) throw new IllegalStateException(json);
        return letter("evt_" + intent, "payment_intent.succeeded", json.replace("\"amount_received\":0",
            "\"amount_received\":" + amount.group(1)).replace("requires_payment_method", "succeeded")
            .replace("\"latest_charge\":null", "\"latest_charge\":\"ch_" + intent + "\""));
    }

    static String letter(String event, String type, String object) {
        return "{\"id\":\"" + event + "\",\"object\":\"event\",\"api_version\":\"2026-10-28.endive\",\"created\":"
            + "1700000000,\"livemode\":false,\"pending_webhooks\":1,\"type\":\"" + type
            + "\",\"request\":null,\"data\":{\"object\":" + object + "}}";
    }

    /// The request that delivers a letter.
    static byte[] delivery(String letter, String secret) {
        long time = Instant.now().getEpochSecond();
        byte[] body = letter.getBytes(StandardCharsets.UTF_8);
        return Caller.request("POST", "/api/v1/webhooks/stripe", "Content-Type: application/json\r\n"
            + "Stripe-Signature: t=" + time + ",v1=" + sign(time + "." + letter, secret) + "\r\n", body);
    }

    private static String sign(String text, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override public void close() {
        server.disposeNow();
    }
}
