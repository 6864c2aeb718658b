package io.millrace.payment.stripe;

import io.millrace.http.Json;
import io.millrace.payment.Told;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.util.retry.Retry;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// One HTTP call to Stripe: form-encoded, our id as the idempotency key, a pinned version, a few tries within one
/// deadline. Retries what Stripe's own library retries, and 429.
final class StripeCalls {
    /// The shapes this room was written against.
    static final String VERSION = "2026-10-28.endive";
    private static final Logger LOG = LoggerFactory.getLogger(StripeCalls.class);
    private static final int CONNECTIONS_MAX = 32;
    private static final int WAITING_MAX = 256;
    private static final Duration WAIT_MAX = Duration.ofSeconds(1);
    private static final Duration IDLE_MAX = Duration.ofSeconds(30);
    private static final int CONNECT_TIMEOUT_MS = 1_000;
    private static final int ANSWER_BYTES_MAX = 1024 * 1024;
    private static final int RETRIES = 2;
    private static final Duration RETRY_FIRST = Duration.ofMillis(200);

    private final WebClient client;
    private final StripeSettings settings;
    private final Supplier<String> baseUrl;

    /// The base URL is asked for at each call: the sandbox's port is only known once the server listens.
    StripeCalls(StripeSettings settings, Supplier<String> baseUrl) {
        this.settings = settings;
        this.baseUrl = baseUrl;
        ConnectionProvider connections = ConnectionProvider.builder("stripe").maxConnections(CONNECTIONS_MAX)
            .pendingAcquireMaxCount(WAITING_MAX).pendingAcquireTimeout(WAIT_MAX).maxIdleTime(IDLE_MAX).build();
        HttpClient http = HttpClient.create(connections).responseTimeout(settings.timeout())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
        this.client = WebClient.builder().clientConnector(new ReactorClientHttpConnector(http))
            .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(ANSWER_BYTES_MAX)).build();
    }

    Mono<Told<JsonNode>> get(String path) {
        return call(HttpMethod.GET, path, null, null);
    }

    Mono<Told<JsonNode>> post(String path, Map<String, String> form, String idempotencyKey) {
        return call(HttpMethod.POST, path, form, idempotencyKey);
    }

    private Mono<Told<JsonNode>> call(HttpMethod method, String path, @Nullable Map<String, String> form,
        @Nullable String key) {
        return Mono.defer(() -> once(method, path, form, key))
            .retryWhen(Retry.backoff(RETRIES, RETRY_FIRST).jitter(0.5).filter(StripeCalls::isWorthAnother)
                .onRetryExhaustedThrow((spec, signal) -> signal.failure()))
            .timeout(settings.timeout())
            .onErrorResume(StripeCalls::isNoAnswer, error -> {
                LOG.warn("Stripe did not answer {} {}: {}", method, path, error.toString());
                return Mono.just(new Told.Unknown<>(error.getClass().getSimpleName()));
            });
    }

    private Mono<Told<JsonNode>> once(HttpMethod method, String path, @Nullable Map<String, String> form,
        @Nullable String key) {
        WebClient.RequestBodySpec request = client.method(method).uri(baseUrl.get() + path)
            .header(HttpHeaders.AUTHORIZATION, "Bearer " + settings.secretKey())
            .header("Stripe-Version", VERSION);
        if (key != null) request.header("Idempotency-Key", key);
        if (form != null) request.contentType(MediaType.APPLICATION_FORM_URLENCODED).bodyValue(encode(form));
        return request.exchangeToMono(response -> response.bodyToMono(byte[].class).defaultIfEmpty(new byte[0])
            .flatMap(body -> told(method + " " + path, response, body)));
    }

    private static Mono<Told<JsonNode>> told(String call, ClientResponse response, byte[] body) {
        int status = response.statusCode().value();
        JsonNode json = json(body);
        if (status < 300)
            return json.isObject() ? Mono.just(new Told.Yes<>(json))
                : Mono.just(new Told.Unknown<>("not JSON"));
        String hint = response.headers().asHttpHeaders().getFirst("Stripe-Should-Retry");
        boolean retry = hint == null ? status == 409 || status == 429 || status >= 500 : hint.equals("true");
        if (retry) return Mono.error(new Busy(status));
        JsonNode error = json.path("error");
        String code = error.path("code").asString(error.path("type").asString("http_" + status));
        // our own key or permission is wrong, or our retry was not the same call: that says nothing about the payment
        boolean ourFault =
            status == 401 || status == 403 || "idempotency_error".equals(error.path("type").asString(""));
        if (ourFault || status >= 500) LOG.error("Stripe refused {}: {} {}", call, status, code);
        return Mono.just(ourFault || status >= 500 || status == 409 || status == 429
            ? new Told.Unknown<>(code) : new Told.No<>(code));
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.OURS.readTree(body);
        } catch (JacksonException e) {
            return Json.OURS.createObjectNode().missingNode();
        }
    }

    static String encode(Map<String, String> form) {
        return form.entrySet().stream().map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
            + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8)).collect(Collectors.joining("&"));
    }

    private static boolean isWorthAnother(Throwable error) {
        return error instanceof Busy || error instanceof IOException || error instanceof WebClientException;
    }

    private static boolean isNoAnswer(Throwable error) {
        return isWorthAnother(error) || error instanceof TimeoutException;
    }

    /// Stripe answered that it could not answer.
    private static final class Busy extends RuntimeException {
        Busy(int status) {
            super("status " + status, null, false, false);
        }
    }
}
