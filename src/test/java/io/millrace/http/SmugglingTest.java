package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Shop;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Attack 33: what two servers could read as different requests is 400, the connection is closed, and there is never
/// a second answer.
class SmugglingTest {
    private static final String POST = "POST /api/v1/probe/echo HTTP/1.1\r\nHost: a\r\n"
        + "Content-Type: application/json\r\n";
    private static final String SMUGGLED = "GET /api/v1/probe HTTP/1.1\r\nHost: a\r\n\r\n";
    private final Shop shop = Shop.shared();

    static Stream<Arguments> ambiguous() {
        return Stream.of(
            Arguments.of("CL.TE",
                POST + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" + SMUGGLED),
            Arguments.of("TE.CL", POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
                + SMUGGLED),
            Arguments.of("two lengths", POST + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + SMUGGLED),
            Arguments.of("a list of lengths", POST + "Content-Length: 2, 40\r\n\r\n{}" + SMUGGLED),
            Arguments.of("a signed length", POST + "Content-Length: +2\r\n\r\n{}" + SMUGGLED),
            Arguments.of("a negative length", POST + "Content-Length: -2\r\n\r\n{}" + SMUGGLED),
            Arguments.of("a length in hex", POST + "Content-Length: 0x2\r\n\r\n{}" + SMUGGLED),
            Arguments.of("a huge length", POST + "Content-Length: 99999999999999999999\r\n\r\n{}" + SMUGGLED),
            Arguments.of("TE twice", POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
                + "0\r\n\r\n" + SMUGGLED),
            Arguments.of("TE with another coding",
                POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + SMUGGLED),
            Arguments.of("TE misspelt", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED),
            Arguments.of("TE with a tab", POST + "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"
                + SMUGGLED),
            Arguments.of("space before the colon", POST + "Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}"
                + SMUGGLED),
            Arguments.of("TE in HTTP/1.0", "POST /api/v1/probe/echo HTTP/1.0\r\nHost: a\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
            Arguments.of("a chunk ended by LF only",
                POST + "Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n" + SMUGGLED),
            Arguments.of("a chunk size in words", POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
                + SMUGGLED),
            Arguments.of("a negative chunk", POST + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"
                + SMUGGLED),
            Arguments.of("a folded header",
                "GET /api/v1/probe HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c: d\r\n\r\n" + SMUGGLED),
            Arguments.of("lines ended by LF only", "GET /api/v1/probe HTTP/1.1\nHost: a\n\n" + SMUGGLED),
            Arguments.of("a bare CR in a header",
                "GET /api/v1/probe HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n" + SMUGGLED),
            Arguments.of("NUL in a header",
                "GET /api/v1/probe HTTP/1.1\r\nHost: a\r\nX-A: b\u0000c\r\n\r\n" + SMUGGLED),
            Arguments.of("no name", "GET /api/v1/probe HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n" + SMUGGLED),
            Arguments.of("no host", "GET /api/v1/probe HTTP/1.1\r\n\r\n" + SMUGGLED),
            Arguments.of("two hosts", "GET /api/v1/probe HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + SMUGGLED),
            Arguments.of("no HTTP", "hello there\r\n\r\n" + SMUGGLED),
            Arguments.of("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ambiguous") void is_refused_and_the_line_is_cut(String name, String bytes) throws IOException {
        try (Raw raw = new Raw(shop.port()).send(bytes).readToEnd()) {
            assertThat(raw.answers()).as(raw.heard()).isLessThanOrEqualTo(1);
            assertThat(raw.status()).as(raw.heard()).isIn(400, 0, 501, 505);
            assertThat(raw.heard()).doesNotContain("hello");
        }
    }

    /// Guard: the doorman puts a head together that came in pieces.
    @Test void a_head_in_pieces_hides_nothing() throws IOException {
        try (Raw raw = new Raw(shop.port()).send(POST + "Content-Length: 4\r\nX-A: b\r\n")) {
            raw.send(SMUGGLED.substring(0, 0)).send("X-B: c\r\n");
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            raw.send("Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + SMUGGLED).readToEnd();
            assertThat(raw.status()).isEqualTo(400);
            assertThat(raw.answers()).isOne();
        }
    }

    /// Guard: the doorman closes when a chunk cannot be read, before anybody takes the body for whole.
    @Test void a_body_that_breaks_off_has_no_effect() throws IOException {
        shop.database().execute("create table if not exists public.probe_effects (name text)");
        String body = "{\"name\":\"half\"}";
        try (Raw raw = new Raw(shop.port()).send("POST /api/v1/probe/effects HTTP/1.1\r\nHost: a\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Integer.toHexString(body.length()) + "\r\n" + body + "\r\nzz\r\n").readToEnd()) {
            assertThat(raw.status()).isEqualTo(400);
        }
        assertThat(shop.database().number("select count(*) from public.probe_effects where name = 'half'")).isZero();
    }

    @Test void an_honest_chunked_request_and_honest_pipelining_work() throws IOException {
        try (Raw raw = new Raw(shop.port()).send(POST + "Transfer-Encoding: chunked\r\n\r\n"
            + "c\r\n{\"text\":\"hi\"\r\n1\r\n}\r\n0\r\n\r\n").readUntil("\"hi\"}}")) {
            assertThat(raw.status()).isEqualTo(200);
        }
        try (Raw raw = new Raw(shop.port()).send(SMUGGLED + SMUGGLED
            + "GET /api/v1/probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").readToEnd()) {
            assertThat(raw.answers()).isEqualTo(3);
        }
    }
}
