package io.millrace.notification;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What each answer of SendGrid means to us, over a socket.
class SendgridTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    private static Sendgrid.Told told(int status, Map<String, String> headers, int bytes) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        CountDownLatch over = new CountDownLatch(1);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (status == 0) {
                try {
                    over.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.sendResponseHeaders(status == 0 ? 202 : status, bytes == 0 ? -1 : bytes);
            try (var body = exchange.getResponseBody()) {
                body.write(new byte[bytes]);
            }
        });
        server.start();
        try {
            return Objects.requireNonNull(sendgrid("http://127.0.0.1:" + server.getAddress().getPort())
                .send(UUID.randomUUID(), "ann@example.com", new Letter("S", List.of("x"), null)).block());
        } finally {
            over.countDown();
            server.stop(0);
        }
    }

    private static Sendgrid sendgrid(String url) {
        return new Sendgrid(new NotificationSettings(true, "Shop", "", new NotificationSettings.Sendgrid(url, "SG.k",
            "shop@example.com", Duration.ofMillis(600))), () -> url, InstantSource.fixed(NOW));
    }

    @Test void accepted_means_sent_and_names_it() throws IOException {
        assertThat(told(202, Map.of("X-Message-Id", "abc"), 0)).isEqualTo(new Sendgrid.Told.Taken("abc"));
        assertThat(told(200, Map.of("X-Message-Id", "sandbox"), 0)).isEqualTo(new Sendgrid.Told.Taken("sandbox"));
    }

    @Test void a_bad_letter_is_never_sent_again_and_a_bad_key_waits_for_a_good_one() throws IOException {
        for (int status : new int[]{400, 413, 415})
            assertThat(told(status, Map.of(), 0)).isInstanceOf(Sendgrid.Told.Refused.class);
        for (int status : new int[]{401, 403, 500, 503})
            assertThat(told(status, Map.of(), 0)).isInstanceOf(Sendgrid.Told.Later.class);
    }

    @Test void too_many_means_later_when_it_says_but_not_next_year() throws IOException {
        String soon = Long.toString(NOW.getEpochSecond() + 30);
        assertThat(told(429, Map.of("X-RateLimit-Reset", soon), 0))
            .isEqualTo(new Sendgrid.Told.Later("status 429", NOW.plusSeconds(30)));
        assertThat(told(429, Map.of("X-RateLimit-Reset", "999999999999"), 0))
            .isEqualTo(new Sendgrid.Told.Later("status 429", NOW.plusSeconds(600)));
        assertThat(told(429, Map.of("X-RateLimit-Reset", "soon"), 0))
            .isEqualTo(new Sendgrid.Told.Later("status 429", null));
    }

    @Test void silence_a_flood_a_redirect_and_a_closed_port_are_all_later() throws IOException {
        assertThat(told(0, Map.of(), 0)).isInstanceOf(Sendgrid.Told.Later.class);
        assertThat(told(202, Map.of(), 200_000)).isInstanceOf(Sendgrid.Told.Later.class);
        assertThat(told(302, Map.of("Location", "http://169.254.169.254/"), 0))
            .isEqualTo(new Sendgrid.Told.Later("status 302", null));
        assertThat(sendgrid("http://127.0.0.1:1").send(UUID.randomUUID(), "ann@example.com",
            new Letter("S", List.of("x"), null)).block()).isInstanceOf(Sendgrid.Told.Later.class);
    }
}
