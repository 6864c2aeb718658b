package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Attack 34: giant and slow requests are refused, cost nothing, and hold no line.
class LimitsTest {
    private static final String POST = "POST /api/v1/probe/echo HTTP/1.1\r\nHost: a\r\n"
        + "Content-Type: application/json\r\n";
    private final Shop shop = Shop.shared();

    @Test void a_body_that_says_it_is_too_large_is_413_before_it_comes() throws IOException {
        try (Raw raw = new Raw(shop.port()).send(POST + "Content-Length: 1073741824\r\n\r\n").readToEnd()) {
            assertThat(raw.status()).isEqualTo(413);
            assertThat(raw.heard()).contains("too_large").containsIgnoringCase("connection: close");
        }
    }

    @Test void an_endless_chunked_body_is_413_when_it_is_too_large() throws IOException {
        String chunk = "1000\r\n" + " ".repeat(4_096) + "\r\n";
        try (Raw raw = new Raw(shop.port()).send(POST + "Transfer-Encoding: chunked\r\n\r\n")) {
            for (int i = 0; i < 80 && !raw.isClosedByServer(); i++) raw.send(chunk);
            assertThat(raw.readToEnd().status()).isEqualTo(413);
        }
    }

    /// Guard: Parting. A plain close would reset the connection under what is still on its way, and with it would go
    /// the answer.
    @Test void who_is_refused_while_he_talks_hears_why_and_may_say_the_rest() throws IOException {
        String rest = "x".repeat(64 * 1024);
        for (String head : List.of(POST + "Content-Length: 1073741824\r\n\r\n", POST + "X: " + rest,
            POST + "Transfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n")) {
            try (Raw raw = new Raw(shop.port()).send(head).send(rest).readToEnd()) {
                assertThat(raw.status()).isIn(400, 413, 431);
                for (int i = 0; i < 50; i++) raw.send(rest);
                assertThat(raw.wasReset()).isFalse();
            }
        }
    }

    @Test void but_he_is_not_listened_to_for_longer_than_that() throws IOException {
        long start = System.nanoTime();
        try (Raw raw = new Raw(shop.port()).send(POST + "Content-Length: 1073741824\r\n\r\n").readToEnd()) {
            assertThat(raw.status()).isEqualTo(413);
            Eventually.holds("the connection is closed", () -> raw.send("x").wasReset());
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(
            Duration.ofSeconds(Parting.SECONDS - 1), Duration.ofSeconds(Parting.SECONDS + 4));
    }

    @Test void a_url_of_64_kib_is_414() throws IOException {
        try (Raw raw = new Raw(shop.port())
            .send("GET /api/v1/probe?q=" + "x".repeat(64 * 1024) + " HTTP/1.1\r\nHost: a\r\n\r\n").readToEnd()) {
            assertThat(raw.status()).isEqualTo(414);
        }
        try (Raw raw = new Raw(shop.port())
            .send("GET /api/v1/probe?q=" + "x".repeat(9 * 1024) + " HTTP/1.1\r\nHost: a\r\n\r\n").readToEnd()) {
            assertThat(raw.status()).isEqualTo(414);
        }
    }

    @Test void ten_thousand_headers_are_431() throws IOException {
        StringBuilder headers = new StringBuilder();
        for (int i = 0; i < 10_000; i++) headers.append("X-").append(i).append(": y\r\n");
        try (Raw raw = new Raw(shop.port())
            .send("GET /api/v1/probe HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n").readToEnd()) {
            assertThat(raw.status()).isEqualTo(431);
        }
        try (Raw raw = new Raw(shop.port())
            .send("GET /api/v1/probe HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(17 * 1024) + "\r\n\r\n").readToEnd()) {
            assertThat(raw.status()).isEqualTo(431);
        }
    }

    /// Guard: the doorman's watch. One byte now and then is not enough to hold a line.
    @Test void who_does_not_finish_his_head_or_his_body_is_dismissed() throws IOException {
        long start = System.nanoTime();
        try (Raw head = new Raw(shop.port()).send("GET /api/v1/probe HTTP/1.1\r\nHost:");
            Raw body = new Raw(shop.port()).send(POST + "Content-Length: 100\r\n\r\n{")) {
            assertThat(head.readToEnd().status()).isEqualTo(408);
            assertThat(body.readToEnd().status()).isEqualTo(408);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(
            Duration.ofSeconds(Doorman.WATCH_SECONDS - 1), Duration.ofSeconds(Doorman.WATCH_SECONDS + 4));
    }

    @Test void a_streamed_upload_may_be_larger_than_a_document() {
        assertThat(shop.client().post("/api/v1/probe/uploads", new byte[2_000_000]).expect(200).data().path("bytes")
            .asLong()).isEqualTo(2_000_000);
    }

    @Test void a_list_streams_as_lines_under_back_pressure() throws Exception {
        int count = 60_000;
        try (Raw raw = new Raw(shop.port()).send("GET /api/v1/probe/lines/" + count
            + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").readUntil("\"filler\"")) {
            int made = settled();
            assertThat(made).isLessThan(count / 2);
            long lines = raw.readToEnd().heard().lines().filter(line -> line.startsWith("{\"")).count();
            assertThat(lines).isGreaterThan(count - 10L);
            assertThat(raw.heard()).contains("application/x-ndjson");
        }
    }

    /// What was made once nobody reads any more.
    private static int settled() {
        int[] last = {-1};
        org.awaitility.Awaitility.await().pollInterval(Duration.ofMillis(200)).atMost(Duration.ofSeconds(15))
            .until(() -> last[0] == (last[0] = ProbeRoutes.LINES_MADE.get()) && last[0] > 0);
        return last[0];
    }
}
