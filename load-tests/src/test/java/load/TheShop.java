package load;

import static io.gatling.javaapi.core.CoreDsl.asLongAsDuring;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.http.HttpDsl.http;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The running shop that is loaded: where it is, and what a simulation prepares and checks outside of the load.
///
/// Settings are system properties: `shop` (http://localhost:8080), `users` (a second), `seconds`, `stripeKey`,
/// `admin`, `adminPassword`. The shop must be told not to limit the load: see the README.
final class TheShop {
    static final String URL = System.getProperty("shop", "http://localhost:8080");
    static final int USERS = Integer.getInteger("users", 20);
    static final int SECONDS = Integer.getInteger("seconds", 30);
    static final String STRIPE_KEY = System.getProperty("stripeKey", "pk_test_sandbox");
    private static final int GOODS = 50;
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TheShop() {}

    static HttpProtocolBuilder protocol(String channel) {
        return http.baseUrl(URL).header("X-Channel", channel).acceptHeader("application/json").shareConnections();
    }

    /// An order is placed even while Stripe is slow to open its payment; the buyer's page asks again until it is there.
    static ChainBuilder opened() {
        return asLongAsDuring(session -> !session.contains("secret"), Duration.ofSeconds(15))
            .on(pause(Duration.ofMillis(250)).exec(http("await the payment").get("/api/v1/orders/#{order}")
                .header("X-Order-Token", "#{token}").silent()
                .check(jsonPath("$.data.payment.client_secret").optional().saveAs("secret"),
                    jsonPath("$.data.payment.provider_reference").optional().saveAs("intent"))));
    }

    static String admin() {
        String answer = send("POST", "/api/v1/auth/login", "pecos", null, """
            {"email":"%s","password":"%s"}""".formatted(System.getProperty("admin", "admin@example.com"),
            System.getProperty("adminPassword", "millrace-admin")));
        return find(answer, "\"access_token\":\"([^\"]+)\"");
    }

    /// Variants of goods made for this run that do not sell out: the load is about orders, not about scarcity.
    static List<String> plenty(String channel, String currency) {
        String admin = admin();
        List<String> variants = new ArrayList<>();
        for (int i = 1; i <= GOODS; i++) variants.add(product(admin, channel, currency, i + ".50", 1_000_000)[1]);
        return variants;
    }

    /// A product made for this run, with that much stock; answers {product id, variant id}.
    static String[] product(String channel, String currency, String price, long stock) {
        return product(admin(), channel, currency, price, stock);
    }

    private static String[] product(String admin, String channel, String currency, String price, long stock) {
        String name = "Load " + Long.toString(System.nanoTime(), 36);
        String answer = send("POST", "/api/v1/admin/products", channel, admin, """
            {"name":"%s","type":"physical","status":"active","sku":"%s","on_hand":%d,
             "price":{"amount":"%s","currency":"%s"}}""".formatted(name, name.replace(' ', '-'), stock, price,
            currency));
        return new String[] {find(answer, "\"data\":\\{\"id\":\"([^\"]+)\""),
            find(answer, "\"variants\":\\[\\{\"id\":\"([^\"]+)\"")};
    }

    static String stock(String product, String channel) {
        return send("GET", "/api/v1/inventory/product/" + product, channel, admin(), null);
    }

    static String order(String variant, int quantity, String payment, String country, String shipping) {
        return """
            {"items":[{"variant_id":"%s","quantity":%d}],"payment_method":"%s",%s
             "contact":{"name":"Load Tester","email":"load@example.com","phone":"+12025550123"},
             "shipping_address":{"name":"Load Tester","line1":"1 Road","city":"Town","country":"%s"}}"""
            .formatted(variant, quantity, payment, shipping.isEmpty() ? "" : "\"shipping_method\":\"" + shipping
                + "\",", country);
    }

    /// The first way the channel ships.
    static String shipping(String channel) {
        String methods = send("GET", "/api/v1/checkout/shipping-methods", channel, null, null);
        Matcher code = Pattern.compile("\"code\":\"([^\"]+)\"").matcher(methods);
        return code.find() ? code.group(1) : "";
    }

    static String find(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) throw new IllegalStateException("no " + pattern + " in " + text);
        return matcher.group(1);
    }

    static String send(String method, String path, String channel, String token, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(URL + path)).header("X-Channel", channel)
            .method(method, body == null ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) request.header("Content-Type", "application/json");
        if (token != null) request.header("Authorization", "Bearer " + token);
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 400)
                throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " "
                    + response.body());
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException("is the shop running at " + URL + "?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
