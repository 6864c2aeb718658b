package io.millrace.federation;

import io.millrace.http.Json;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
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
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// One HTTP call to a provider: one deadline, no redirect followed, a bounded answer. URLs may hold secrets (Facebook
/// wants them there), so a log line has only the host.
final class OuterCalls {
    private static final Logger LOG = LoggerFactory.getLogger(OuterCalls.class);
    private static final int CONNECTIONS_MAX = 16;
    private static final int WAITING_MAX = 128;
    private static final Duration WAIT_MAX = Duration.ofSeconds(1);
    private static final Duration IDLE_MAX = Duration.ofSeconds(30);
    private static final int CONNECT_TIMEOUT_MS = 1_000;
    private static final int ANSWER_BYTES_MAX = 256 * 1024;

    private final WebClient client;
    private final Duration timeout;

    OuterCalls(Duration timeout) {
        this.timeout = timeout;
        ConnectionProvider connections = ConnectionProvider.builder("federation").maxConnections(CONNECTIONS_MAX)
            .pendingAcquireMaxCount(WAITING_MAX).pendingAcquireTimeout(WAIT_MAX).maxIdleTime(IDLE_MAX).build();
        HttpClient http = HttpClient.create(connections).responseTimeout(timeout).followRedirect(false)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
        this.client = WebClient.builder().clientConnector(new ReactorClientHttpConnector(http))
            .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(ANSWER_BYTES_MAX)).build();
    }

    /// A JSON object, and how long it may be kept.
    record Page(JsonNode json, String text, @Nullable String cacheControl) {}

    Mono<Told<Page>> get(String url, @Nullable String bearer) {
        return call(HttpMethod.GET, url, bearer == null ? null : "Bearer " + bearer, null);
    }

    Mono<Told<Page>> post(String url, Map<String, String> form, @Nullable String authorization) {
        return call(HttpMethod.POST, url, authorization, form);
    }

    private Mono<Told<Page>> call(HttpMethod method, String url, @Nullable String authorization,
        @Nullable Map<String, String> form) {
        return Mono.defer(() -> once(method, URI.create(url), authorization, form)).timeout(timeout)
            .onErrorResume(OuterCalls::isNoAnswer, error -> {
                LOG.warn("{} did not answer: {}", URI.create(url).getHost(), error.getClass().getSimpleName());
                return Mono.just(new Told.Away<>(error.getClass().getSimpleName()));
            });
    }

    private Mono<Told<Page>> once(HttpMethod method, URI url, @Nullable String authorization,
        @Nullable Map<String, String> form) {
        WebClient.RequestBodySpec request = client.method(method).uri(url).accept(MediaType.APPLICATION_JSON);
        if (authorization != null) request.header(HttpHeaders.AUTHORIZATION, authorization);
        if (form != null) request.contentType(MediaType.APPLICATION_FORM_URLENCODED).bodyValue(encoded(form));
        return request.exchangeToMono(response -> response.bodyToMono(byte[].class).defaultIfEmpty(new byte[0])
            .map(body -> told(url, response, body)));
    }

    private static Told<Page> told(URI url, ClientResponse response, byte[] body) {
        int status = response.statusCode().value();
        JsonNode json = json(body);
        if (status == 200 && json.isObject())
            return new Told.Yes<>(new Page(json, new String(body, StandardCharsets.UTF_8),
                response.headers().asHttpHeaders().getFirst(HttpHeaders.CACHE_CONTROL)));
        String error = json.path("error").asString(json.path("error").path("type").asString(""));
        // they do not know us: a person cannot mend that by trying again
        boolean ourFault = status == 401 || status == 403 || error.equals("invalid_client");
        if (ourFault) LOG.error("{} does not take our credentials: status {}", url.getHost(), status);
        return ourFault || status != 400 ? new Told.Away<>("status " + status)
            : Told.refused("status " + status + " " + io.millrace.http.Texts.oneLine(error));
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.OURS.readTree(body);
        } catch (JacksonException e) {
            return Json.OURS.createObjectNode().missingNode();
        }
    }

    static String encoded(Map<String, String> form) {
        return form.entrySet().stream().map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static boolean isNoAnswer(Throwable error) {
        return error instanceof IOException || error instanceof WebClientException || error instanceof TimeoutException
            || error instanceof DecodingException || error instanceof DataBufferLimitException;
    }
}
