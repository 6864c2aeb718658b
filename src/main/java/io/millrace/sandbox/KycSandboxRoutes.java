package io.millrace.sandbox;

import static io.millrace.http.Access.anyone;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.http.Api;
import io.millrace.http.Json;
import io.millrace.http.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A house that verifies documents. The last of the nine digits decides: 1 no such card, 2 pending when first asked,
/// 3 good for one day, 4 another name, 9 out of order the first two times; all others are good for ten years.
final class KycSandboxRoutes {
    private static final int ASKED_MAX = 10_000;
    private static final int BODY_BYTES_MAX = 16 * 1024;

    private final InstantSource clock;
    private final String key;
    private final Cache<String, AtomicInteger> asked = Caffeine.newBuilder().maximumSize(ASKED_MAX).build();

    KycSandboxRoutes(InstantSource clock, String key) {
        this.clock = clock;
        this.key = key;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.absolute("/sandbox/kyc",
            rows -> rows.POST("/v1/verifications", anyone(), this::verify).readsStream());
    }

    private Mono<Reply> verify(ServerRequest request) {
        if (!("Bearer " + key).equals(request.headers().firstHeader("Authorization")))
            return Mono.just(json(401, Map.of("error", "invalid key")));
        return request.bodyToMono(byte[].class).defaultIfEmpty(new byte[0]).map(this::answer);
    }

    private Reply answer(byte[] body) {
        JsonNode question = question(body);
        String number = question.path("number").asString("");
        String reference = question.path("reference").asString("");
        if (!number.matches("GHA-\\d{9}-\\d") || reference.isEmpty())
            return json(422, Map.of("error", "not a document"));
        int times = asked.get(reference, r -> new AtomicInteger()).incrementAndGet();
        return switch (number.charAt(12)) {
            case '1' -> json(200, Map.of("status", "rejected", "reason", "no_such_card"));
            case '4' -> json(200, Map.of("status", "rejected", "reason", "name_mismatch"));
            case '2' -> times == 1 ? json(200, Map.of("status", "pending")) : good(3_650);
            case '9' -> times <= 2 ? json(503, Map.of("error", "out of order")) : good(3_650);
            case '3' -> good(1);
            default -> good(3_650);
        };
    }

    private Reply good(int days) {
        return json(200, Map.of("status", "verified", "expires_at", clock.instant().plus(Duration.ofDays(days))
            .toString()));
    }

    private static JsonNode question(byte[] body) {
        try {
            return body.length > BODY_BYTES_MAX ? Json.OURS.createObjectNode() : Json.OURS.readTree(body);
        } catch (JacksonException e) {
            return Json.OURS.createObjectNode();
        }
    }

    private static Reply json(int status, Map<String, String> fields) {
        ObjectNode body = Json.OURS.createObjectNode();
        fields.forEach(body::put);
        return new Reply(status, Map.of(), new Reply.Body.Bytes(body.toString().getBytes(StandardCharsets.UTF_8),
            "application/json"));
    }
}
