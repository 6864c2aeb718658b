package io.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// A person's browser or a machine's client: blocking, immutable; `as`, `in`, `with` make a copy that carries a header.
/// Paths are given from the root (`/api/v1/products`) or from the version (`v1:` is not needed: `products` works too).
public final class Client {
    static final JsonMapper JSON = JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .build();

    private final String base;
    private final Map<String, String> headers;
    private final @Nullable Contract contract;

    Client(String base) {
        this(base, Map.of(), null);
    }

    private Client(String base, Map<String, String> headers, @Nullable Contract contract) {
        this.base = base;
        this.headers = headers;
        this.contract = contract;
    }

    /// A client of any server, for instance of a node that is not in this JVM.
    public static Client of(String base) {
        return new Client(base);
    }

    public String base() {
        return base;
    }

    public Client with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Client(base, more, contract);
    }

    /// The same client, whose every answer must keep the OpenAPI document that its shop serves.
    public Client checked() {
        return new Client(base, headers, Contract.of(this));
    }

    public Client bearer(String token) {
        return with("Authorization", "Bearer " + token);
    }

    public Client channel(String code) {
        return with("X-Channel", code);
    }

    public Client idempotencyKey(String key) {
        return with("Idempotency-Key", key);
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    /// The body is JSON text, or anything the mapper turns into it.
    public Answer post(String path, @Nullable Object body) {
        return send("POST", path, body);
    }

    public Answer put(String path, @Nullable Object body) {
        return send("PUT", path, body);
    }

    public Answer patch(String path, @Nullable Object body) {
        return send("PATCH", path, body);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    public Answer send(String method, String path, @Nullable Object body) {
        byte[] bytes = switch (body) {
            case null -> new byte[0];
            case byte[] raw -> raw;
            case String text -> text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            default -> JSON.writeValueAsBytes(body);
        };
        HttpRequest.Builder request = request(path).timeout(TIMEOUT)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(bytes));
        if (body != null && headers.keySet().stream().noneMatch("Content-Type"::equalsIgnoreCase))
            request.header("Content-Type", "application/json");
        try {
            var response = HTTP.send(request.build(), BodyHandlers.ofByteArray());
            Answer answer = new Answer(method + " " + path, response.statusCode(), response.headers(), response.body());
            return contract == null ? answer : contract.check(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Opens a live stream; the reader is on its own thread and remembers everything it heard.
    public EventReader events(String path) {
        EventReader reader = EventReader.open(HTTP, request(path).header("Accept", "text/event-stream").build());
        if (contract != null && reader.status() == 200)
            contract.check(new Answer("GET " + path, 200, reader.response().headers(), new byte[0]));
        return reader;
    }

    /// Opens a live stream after the event of that id.
    public EventReader events(String path, String lastEventId) {
        return with("Last-Event-ID", lastEventId).events(path);
    }

    private HttpRequest.Builder request(String path) {
        String full = path.startsWith("http:") ? path
            : base + (path.startsWith("/") ? path : "/api/v1/" + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(full));
        headers.forEach(request::header);
        return request;
    }

    boolean answers(String path) {
        try {
            return get(path).status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }
}
