package io.millrace.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Contract;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// R10: requests made from the OpenAPI document, valid-ish and hostile, as a guest, a customer and the administrator:
/// never a 5xx (but 503 that says when to come again), never the inside showing, always the contract's schema, never
/// longer than five seconds (API8:2023, ASVS 7.4.1). `-Dfuzz.requests=100000 -Dfuzz.seed=1` for more of it.
class FuzzTest {
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 3_000 * Integer.getInteger("scale", 1));
    /// A build tries the same every time; whoever asks for more of it gets something new.
    private static final long USUAL_SEED = 18_277_700_220_952L;
    private static final long SEED = Long.getLong("fuzz.seed",
        System.getProperty("fuzz.requests") == null ? USUAL_SEED : System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int ANSWER_BYTES_MAX = 4 * 1024 * 1024;
    private static final int FINDINGS_MAX = 25;
    private static final Pattern INSIDE = Pattern.compile("Exception|\\bat (io|java|org|reactor|tools)\\.|io\\.millrace"
        + "|org\\.springframework|postgres|r2dbc|SQLSTATE|\\binsert into\\b|\\bselect .* from\\b|violates|reactor\\."
        + "|jackson|io\\.netty|constraint \"|relation \"", Pattern.CASE_INSENSITIVE);
    private static final Pattern ID = Pattern.compile("\"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17})\"");
    /// What would end the run and not the shop, and what is no part of production.
    private static final Pattern LEFT_OUT = Pattern.compile("/api-docs.*|/sandbox/.*|/api/v1/auth/logout.*");
    /// Refused by the connection, in no words: too long a line, too large a head.
    private static final Set<Integer> BEFORE_US = Set.of(400, 408, 414, 431);
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");

    private final Shop shop = Shop.with();
    private final People people = new People(shop);
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random random = new Random(SEED);
    private final Map<String, String> findings = new TreeMap<>();
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private final @Nullable String[] tokens = new String[3];
    private String adminId = "";
    private String cartToken = "";
    private String orderToken = "";

    /// One row of the document.
    private record Operation(String method, String path, JsonNode spec) {}

    private record Asked(String method, String path, Map<String, String> headers, byte @Nullable [] body) {
        @Override public String toString() {
            Map<String, String> shown = new LinkedHashMap<>(headers);
            shown.replaceAll((name, value) -> value.substring(0, Math.min(60, value.length())));
            return method + " " + path.substring(0, Math.min(300, path.length())) + " " + shown
                + (body == null ? "" : " " + new String(body, 0, Math.min(body.length, 600), StandardCharsets.UTF_8));
        }
    }

    @Test void no_request_makes_the_shop_stumble_or_show_its_inside() {
        System.out.println("fuzz seed " + SEED + ", " + REQUESTS + " requests");
        JsonNode document = shop.client().get("/api-docs/openapi.json").expect(200).json();
        Contract contract = Contract.of(shop.client());
        Invention kind = new Invention(document, random, 1);
        Invention cruel = new Invention(document, random, 35);
        stock(kind, cruel);
        List<Operation> operations = operations(document);
        for (int i = 0; i < REQUESTS && findings.size() < FINDINGS_MAX; i++) {
            Operation operation = operations.get(random.nextInt(operations.size()));
            Invention invention = random.nextInt(4) == 0 ? cruel : kind;
            int who = operation.path.contains("/admin/") && random.nextInt(3) > 0 ? 2 : random.nextInt(3);
            ask(contract, operation, asked(invention, operation, who), kind, cruel);
        }
        System.out.println("fuzz: " + statuses);
        shop.close();
        assertThat(findings).as("seed " + SEED).isEmpty();
    }

    /// Something to buy and to ask for in every channel.
    private void stock(Invention... inventions) {
        for (String channel : List.of("pecos USD", "ebuildify GHS", "bizmarket USD", "sweets INR", "proxies USD")) {
            String[] words = channel.split(" ");
            var product = new Wares(shop).piece(words[0], "Fuzz good", "9.00 " + words[1]);
            for (Invention invention : inventions) {
                invention.learn(product.id().toString());
                invention.learn(product.variants().getFirst().id().toString());
            }
        }
    }

    private List<Operation> operations(JsonNode document) {
        List<Operation> all = new ArrayList<>();
        document.path("paths").properties().forEach(path -> path.getValue().properties().forEach(row -> {
            if (METHODS.contains(row.getKey().toUpperCase(Locale.ROOT)) && !LEFT_OUT.matcher(path.getKey()).matches())
                all.add(new Operation(row.getKey().toUpperCase(Locale.ROOT), path.getKey(), row.getValue()));
        }));
        return all;
    }

    private Asked asked(Invention invention, Operation operation, int who) {
        String path = operation.path;
        StringBuilder query = new StringBuilder();
        Map<String, String> headers = new LinkedHashMap<>();
        for (JsonNode reference : operation.spec.path("parameters")) {
            JsonNode parameter = invention.resolved(reference);
            String name = parameter.path("name").asString();
            String value = invention.text(name, parameter.path("schema"));
            switch (parameter.path("in").asString()) {
                case "path" -> path = path.replace("{" + name + "}", encoded(value.isEmpty() ? "x" : value));
                case "query" -> {
                    if (parameter.path("required").asBoolean() || invention.chance(50))
                        query.append(query.isEmpty() ? "?" : "&").append(encoded(name)).append('=')
                            .append(encoded(value));
                }
                default -> {
                    if (invention.chance(40)) headers.put(name, headerText(value));
                }
            }
        }
        dress(invention, headers, who);
        JsonNode content = operation.spec.path("requestBody").path("content");
        byte[] body = null;
        if (!content.isEmpty() || invention.chance(2)) {
            String type = content.isEmpty() ? "application/json"
                : invention.oneOf(List.copyOf(content.propertyNames()));
            body = invention.body(content.path(type).path("schema"));
            headers.put("Content-Type", invention.chance(3) ? "text/plain" : type);
        }
        String method = invention.chance(3) ? invention.oneOf(METHODS) : operation.method;
        return new Asked(method, path + query, headers, body);
    }

    /// Who asks, and what clients say besides.
    private void dress(Invention invention, Map<String, String> headers, int who) {
        if (who > 0)
            headers.put("Authorization", "Bearer " + (invention.chance(2) ? invention.hostileText()
                .replaceAll("[^!-~]", "x") : token(who)));
        if (!cartToken.isEmpty() && invention.chance(40)) headers.put("X-Cart-Token", cartToken);
        if (!orderToken.isEmpty() && invention.chance(40)) headers.put("X-Order-Token", orderToken);
        if (invention.chance(8))
            headers.put("Idempotency-Key", headerText(invention.chance(70)
                ? "key-" + random.nextInt(20) : invention.hostileText()));
        if (invention.chance(5))
            headers.put("If-Match", invention.oneOf(List.of("\"v1\"", "*", "W/\"v1\"", "x",
                "\"v99999999999999999999\"")));
        if (invention.chance(5))
            headers.put("Accept", invention.oneOf(List.of("application/x-ndjson", "text/html",
                "text/event-stream", "application/problem+json", "*/*", "x", "application/json;q=2", ";;;")));
        if (invention.chance(5))
            headers.put("X-Channel", invention.oneOf(List.of("sweets", "ebuildify", "none",
                "PECOS", "' or 1=1")));
        if (invention.chance(2))
            headers.put(invention.oneOf(List.of("Range", "Origin", "X-Forwarded-For", "Referer",
                "Last-Event-ID", "Accept-Language", "Cookie", "X-Request-Id", "traceparent", "X-HTTP-Method-Override",
                "If-None-Match", "If-Modified-Since", "Content-Encoding")), headerText(invention.hostileText()));
    }

    private String token(int who) {
        String known = tokens[who];
        if (known == null) {
            Answer in = who == 1 ? newcomer()
                : shop.client().post("auth/login", Map.of("email", String.valueOf(shop.setting("millrace.admin.email")),
                    "password", String.valueOf(shop.setting("millrace.admin.password")))).expect(200);
            known = tokens[who] = in.data().path("access_token").asString();
            if (who == 2) adminId = in.data().path("user").path("id").asString();
        }
        return known;
    }

    /// Somebody new each time: the one before may have been suspended or erased by what was asked.
    private Answer newcomer() {
        String email = People.freshEmail();
        people.register(email);
        return people.signIn(email);
    }

    private void ask(Contract contract, Operation operation, Asked asked, Invention... inventions) {
        if (!adminId.isEmpty() && asked.path.contains(adminId)) return;
        long start = System.nanoTime();
        Answer answer = answer(asked);
        if (answer == null) return;
        statuses.merge(answer.status(), 1, Integer::sum);
        judge(contract, operation, asked, answer, Duration.ofNanos(System.nanoTime() - start));
        Matcher ids = ID.matcher(answer.text());
        for (int i = 0; i < 3 && ids.find(); i++)
            if (!ids.group(1).equals(adminId)) for (Invention one : inventions) one.learn(ids.group(1));
        cartToken = answer.headers().firstValue("X-Cart-Token").orElse(cartToken);
        if (answer.status() == 201 && answer.text().contains("order_token"))
            orderToken = answer.data().path("order_token").asString(orderToken);
        // somebody signed out, or was signed out
        if (answer.status() == 401)
            for (int who = 1; who < tokens.length; who++)
                if (String.valueOf(asked.headers.get("Authorization")).endsWith(String.valueOf(tokens[who])))
                    tokens[who] = null;
    }

    private void judge(Contract contract, Operation operation, Asked asked, Answer answer, Duration took) {
        String wrong = "";
        int status = answer.status();
        if (status >= 500 && !(status == 503 && answer.header("Retry-After") != null)) wrong = "status " + status;
        else if (took.compareTo(PATIENCE) > 0) wrong = "took " + took;
        else if (INSIDE.matcher(answer.text()).find()) wrong = "shows its inside";
        else
            if (asked.method.equals(operation.method) && !(BEFORE_US.contains(status) && answer.bytes().length == 0))
                wrong = against(contract, answer);
        if (wrong.isEmpty()) return;
        String text = answer.text();
        findings.putIfAbsent(operation.method + " " + operation.path + ": " + wrong.lines().findFirst().orElse(""),
            asked + "\n   -> " + status + " " + text.substring(0, Math.min(500, text.length())));
    }

    private static String against(Contract contract, Answer answer) {
        try {
            contract.check(answer);
            return "";
        } catch (AssertionError error) {
            return String.valueOf(error.getMessage());
        } catch (tools.jackson.core.JacksonException notJson) {
            return "not JSON";
        }
    }

    /// Null when Java's client will not send this. A live stream is left as soon as it begins.
    private @Nullable Answer answer(Asked asked) {
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(URI.create(shop.url() + asked.path)).timeout(PATIENCE.multipliedBy(2))
                .method(asked.method, asked.body == null ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(asked.body));
            asked.headers.forEach(request::header);
        } catch (IllegalArgumentException unsendable) {
            return null;
        }
        try {
            HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                String type = response.headers().firstValue("Content-Type").orElse("");
                byte[] bytes = type.startsWith("text/event-stream") ? new byte[0] : in.readNBytes(ANSWER_BYTES_MAX);
                return new Answer(asked.method + " " + asked.path, response.statusCode(), response.headers(), bytes);
            }
        } catch (IOException e) {
            findings.putIfAbsent(asked.method + " " + asked.path.replaceAll("\\?.*", "") + ": " + e, asked.toString());
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// What a header can carry at all.
    private static String headerText(String text) {
        return text.replaceAll("[^ -~]", "?").strip();
    }
}
