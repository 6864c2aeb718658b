package io.millrace.notification;

import io.millrace.http.Json;
import io.millrace.http.Texts;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.node.ObjectNode;

/// Mail by SendGrid's `POST /v3/mail/send`. It has no idempotency key: our id goes along as `Message-ID` and as a
/// custom argument, so that what was sent twice after an unanswered call is shown once and can be told apart.
final class Sendgrid {
    private static final Logger LOG = LoggerFactory.getLogger(Sendgrid.class);
    private static final int CONNECTIONS_MAX = 8;
    private static final int WAITING_MAX = 64;
    private static final Duration WAIT_MAX = Duration.ofSeconds(1);
    private static final Duration IDLE_MAX = Duration.ofSeconds(30);
    private static final int CONNECT_TIMEOUT_MS = 1_000;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    /// However far away SendGrid says its limit ends.
    private static final Duration LIMIT_MAX = Duration.ofMinutes(10);

    private final NotificationSettings settings;
    private final Supplier<String> baseUrl;
    private final InstantSource clock;
    private final WebClient client;

    /// The base URL is asked for at each call: the sandbox's port is only known once the server listens.
    Sendgrid(NotificationSettings settings, Supplier<String> baseUrl, InstantSource clock) {
        this.settings = settings;
        this.baseUrl = baseUrl;
        this.clock = clock;
        ConnectionProvider connections = ConnectionProvider.builder("sendgrid").maxConnections(CONNECTIONS_MAX)
            .pendingAcquireMaxCount(WAITING_MAX).pendingAcquireTimeout(WAIT_MAX).maxIdleTime(IDLE_MAX).build();
        HttpClient http = HttpClient.create(connections).responseTimeout(settings.sendgrid().timeout())
            .followRedirect(false).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
        this.client = WebClient.builder().clientConnector(new ReactorClientHttpConnector(http))
            .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(ANSWER_BYTES_MAX)).build();
    }

    /// What became of a mail.
    sealed interface Told {
        record Taken(String providerId) implements Told {}

        /// This mail will never be taken.
        record Refused(String why) implements Told {}

        /// Not now, or nobody knows; `at` is when the provider says it is worth trying again.
        record Later(String why, @Nullable Instant at) implements Told {}
    }

    Mono<Told> send(UUID id, String address, Letter letter) {
        return Mono.defer(() -> client.post().uri(baseUrl.get() + "/v3/mail/send")
            .header(HttpHeaders.AUTHORIZATION, "Bearer " + settings.sendgrid().apiKey())
            .contentType(MediaType.APPLICATION_JSON).bodyValue(body(id, address, letter, settings).toString())
            .exchangeToMono(response -> response.bodyToMono(byte[].class).defaultIfEmpty(new byte[0])
                .map(body -> told(response, body))))
            .timeout(settings.sendgrid().timeout())
            .onErrorResume(Sendgrid::isNoAnswer, error -> {
                LOG.warn("SendGrid did not answer for mail {}: {}", id, Texts.oneLine(error.toString()));
                return Mono.just(new Told.Later(error.getClass().getSimpleName(), null));
            });
    }

    static ObjectNode body(UUID id, String address, Letter letter, NotificationSettings settings) {
        ObjectNode mail = Json.OURS.createObjectNode();
        ObjectNode person = mail.putArray("personalizations").addObject();
        person.putArray("to").addObject().put("email", Texts.oneLine(address));
        person.putObject("custom_args").put("mail_id", id.toString());
        mail.putObject("from").put("email", settings.sendgrid().from()).put("name", settings.shop());
        mail.put("subject", letter.subject());
        mail.putArray("content").add(content("text/plain", letter.text())).add(content("text/html", letter.html()));
        mail.putObject("headers").put("Message-ID", "<" + id + "@" + settings.sendgrid().domain() + ">");
        // a link that opens an account leads to nobody else's server first
        ObjectNode tracking = mail.putObject("tracking_settings");
        tracking.putObject("click_tracking").put("enable", false);
        tracking.putObject("open_tracking").put("enable", false);
        return mail;
    }

    private static ObjectNode content(String type, String value) {
        return Json.OURS.createObjectNode().put("type", type).put("value", value);
    }

    private Told told(ClientResponse response, byte[] body) {
        int status = response.statusCode().value();
        HttpHeaders headers = response.headers().asHttpHeaders();
        if (status >= 200 && status < 300)
            return new Told.Taken(Texts.oneLine(String.valueOf(headers.getFirst("X-Message-Id"))));
        String why = "status " + status;
        if (status == 400 || status == 413 || status == 415) return new Told.Refused(why);
        // a wrong key or a blocked sender is our fault, not this mail's: it waits until somebody mends that
        if (status == 401 || status == 403) LOG.error("SendGrid refuses us: {}", why);
        return new Told.Later(why, status == 429 ? reset(headers.getFirst("X-RateLimit-Reset")) : null);
    }

    private @Nullable Instant reset(@Nullable String epochSeconds) {
        if (epochSeconds == null || !epochSeconds.matches("\\d{1,12}")) return null;
        Instant at = Instant.ofEpochSecond(Long.parseLong(epochSeconds));
        Instant latest = clock.instant().plus(LIMIT_MAX);
        return at.isBefore(latest) ? at : latest;
    }

    private static boolean isNoAnswer(Throwable error) {
        return error instanceof IOException || error instanceof WebClientException || error instanceof TimeoutException
            || error instanceof DecodingException || error instanceof DataBufferLimitException;
    }
}
