package io.millrace.testing;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What came back over the wire.
public record Answer(String request, int status, HttpHeaders headers, byte[] bytes) {

    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
        return Client.JSON.readTree(bytes);
    }

    /// `data` of the envelope.
    public JsonNode data() {
        return json().path("data");
    }

    /// `code` of the error envelope.
    public String code() {
        return json().path("code").asString();
    }

    public @Nullable String header(String name) {
        return headers.firstValue(name).orElse(null);
    }

    /// Goes on only with that status; otherwise says what came instead.
    public Answer expect(int wanted) {
        if (status != wanted)
            throw new AssertionError("%s: expected %d, got %d%n%s".formatted(request, wanted, status, text()));
        return this;
    }

    @Override public String toString() {
        return request + " -> " + status + " " + text();
    }
}
