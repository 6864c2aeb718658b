package io.millrace.customer;

import io.millrace.http.Json;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Asks over HTTP: `POST {base}/v1/verifications` with `{reference, kind, number, name}`; answered by
/// `{status: pending|verified|rejected, reason?, expires_at?}`.
final class HttpKyc implements KycProvider {
    private static final Logger LOG = LoggerFactory.getLogger(HttpKyc.class);
    private static final int CONNECT_TIMEOUT_MS = 1_000;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int REASON_CHARS_MAX = 64;

    private final WebClient client;
    private final KycSettings settings;
    private final Supplier<String> baseUrl;

    HttpKyc(KycSettings settings, Supplier<String> baseUrl) {
        this.settings = settings;
        this.baseUrl = baseUrl;
        HttpClient http = HttpClient.create().responseTimeout(settings.timeout())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
        this.client = WebClient.builder().clientConnector(new ReactorClientHttpConnector(http))
            .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(ANSWER_BYTES_MAX)).build();
    }

    @Override public Mono<Finding> ask(Question question) {
        return Mono.defer(() -> call(question)).timeout(settings.timeout())
            .onErrorResume(HttpKyc::isNoAnswer, error -> {
                LOG.warn("Nobody verifies {}: {}", question, error.getClass().getSimpleName());
                return Mono.just(new Finding.Silent(error.getClass().getSimpleName()));
            });
    }

    private Mono<Finding> call(Question question) {
        return client.post().uri(baseUrl.get() + "/v1/verifications")
            .header(HttpHeaders.AUTHORIZATION, "Bearer " + settings.key())
            .header("Idempotency-Key", question.verification().toString()).contentType(MediaType.APPLICATION_JSON)
            .bodyValue(Json.bytes(Map.of("reference", question.verification(), "kind", question.kind(), "number",
                question.number(), "name", question.name())))
            .exchangeToMono(answer -> answer.bodyToMono(byte[].class).defaultIfEmpty(new byte[0])
                .map(body -> answer.statusCode().is2xxSuccessful() ? read(body)
                    : new Finding.Silent("status " + answer.statusCode().value())));
    }

    static Finding read(byte[] body) {
        try {
            JsonNode said = Json.OURS.readTree(body);
            String reason = said.path("reason").asString("");
            return switch (said.path("status").asString("")) {
                case "verified" -> new Finding.Verified(Instant.parse(said.path("expires_at").asString("")));
                case "rejected" -> new Finding.Rejected(reason.matches("[a-z0-9_]{1," + REASON_CHARS_MAX + "}")
                    ? reason : "rejected");
                case "pending" -> new Finding.Pending();
                default -> new Finding.Silent("an answer that says nothing");
            };
        } catch (JacksonException | DateTimeParseException e) {
            return new Finding.Silent("an answer that cannot be read");
        }
    }

    private static boolean isNoAnswer(Throwable error) {
        return error instanceof IOException || error instanceof WebClientException || error instanceof TimeoutException;
    }
}
