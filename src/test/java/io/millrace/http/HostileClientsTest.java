package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.millrace.testing.ShopProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// R14: those who hold lines, take nothing, send bombs or never come to an end cost a shop in a JVM of its own little
/// memory, and others are served meanwhile (API4:2023). `-Dscale=20` for the goal's ten thousand sockets.
class HostileClientsTest {
    private static final int SCALE = Integer.getInteger("scale", 1);
    private static final int GROWTH_MB_MAX = 200;
    private static final String POST = "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n"
        + "Content-Type: application/json\r\n";
    private static ShopProcess shop;
    private final List<Raw> sockets = new ArrayList<>();

    @BeforeAll static void start() {
        shop = Shop.shared().process().awaitReady();
        // what a JVM takes for its first thousand requests is nobody's attack
        for (int i = 0; i < 1_000; i++) shop.client().get("/api/v1/products?per_page=100").expect(200);
    }

    @AfterAll static void stop() {
        shop.close();
    }

    @AfterEach void hangUp() throws IOException {
        for (Raw socket : sockets) socket.close();
    }

    private static int port() {
        return java.net.URI.create(shop.client().base()).getPort();
    }

    private List<Raw> open(int many, Supplier<String> first) throws IOException {
        List<Raw> opened = new ArrayList<>();
        for (int i = 0; i < many; i++) opened.add(new Raw(port()).send(first.get()));
        sockets.addAll(opened);
        return opened;
    }

    private static long residentMb() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + shop.process().pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS")).map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong).findFirst().orElse(0) / 1_024;
        }
    }

    /// Others get their answers, and soon.
    private static void othersAreServed() {
        Client client = shop.client();
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            long start = System.nanoTime();
            client.get("/api/v1/products").expect(200);
            nanos.add(System.nanoTime() - start);
        }
        nanos.sort(null);
        assertThat(Duration.ofNanos(nanos.get(nanos.size() / 2))).isLessThan(Duration.ofMillis(200));
    }

    private static void withLittleMemory(long before) throws IOException {
        assertThat(residentMb() - before).as("MB more than before").isLessThan(GROWTH_MB_MAX);
    }

    /// Guard: the doorman's watch over heads and bodies that do not come.
    @Test void slowloris_holds_no_line_for_long() throws IOException {
        long before = residentMb();
        List<Raw> slow = open(400 * SCALE, () -> "GET /api/v1/products HTTP/1.1\r\nHost: a\r\nX-A: ");
        slow.addAll(open(100 * SCALE, () -> POST + "Content-Length: 100000\r\n\r\n{"));
        othersAreServed();
        withLittleMemory(before);
        for (Raw socket : slow) assertThat(socket.readToEnd().status()).isEqualTo(408);
    }

    /// Guard: who pipelines without end is left; what is answered and not read is bounded by the socket.
    @Test void slow_readers_and_endless_pipelines_cost_little() throws IOException {
        long before = residentMb();
        String ask = "GET /api/v1/products?per_page=100 HTTP/1.1\r\nHost: a\r\n\r\n";
        List<Raw> few = open(100 * SCALE, () -> ask.repeat(20));
        List<Raw> endless = open(20 * SCALE, () -> ask.repeat(2_000));
        othersAreServed();
        withLittleMemory(before);
        for (Raw socket : endless) assertThat(socket.readToEnd().answers()).isLessThan(2_000);
        assertThat(few).hasSize(100 * SCALE);
    }

    /// Attacks 34-36: bombs are refused before they are unpacked, deep JSON before it is a tree.
    @Test void bombs_are_not_unpacked() throws IOException {
        long before = residentMb();
        Client client = shop.client();
        byte[] zeros = new byte[16 * 1024];
        for (String coding : List.of("gzip", "br", "zstd", "deflate", "gzip, gzip"))
            for (int i = 0; i < 40; i++)
                client.with("Content-Encoding", coding).post("/api/v1/auth/login", zeros).expect(415);
        for (int i = 0; i < 100; i++) {
            long start = System.nanoTime();
            client.post("/api/v1/auth/login", "[".repeat(100_000)).expect(400);
            client.post("/api/v1/auth/login", "{\"email\":" + "9".repeat(200_000) + "}").expect(400);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
        String chunk = "1000\r\n" + "x".repeat(4_096) + "\r\n";
        for (Raw raw : open(40, () -> POST + "Transfer-Encoding: chunked\r\n\r\n")) {
            for (int i = 0; i < 200 && !raw.isClosedByServer(); i++) raw.send(chunk);
            assertThat(raw.readToEnd().status()).isEqualTo(413);
        }
        othersAreServed();
        withLittleMemory(before);
    }

    /// Guard: this is a server of HTTP/1.1 and nothing else, so there are no streams to reset nor CONTINUATIONs.
    @Test void http2_is_not_spoken_neither_at_once_nor_by_upgrade() throws IOException {
        long before = residentMb();
        String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        for (Raw raw : open(100, () -> preface + "\0\0\0\4\0\0\0\0\0" + "\0\0\4\3\0\0\0\0\1\0\0\0\10".repeat(1_000)))
            assertThat(raw.readToEnd().status()).isIn(400, 505);
        try (Raw raw = new Raw(port()).send("GET /api/v1/products HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, "
            + "HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n")
            .readToEnd()) {
            assertThat(raw.status()).isEqualTo(200);
        }
        othersAreServed();
        withLittleMemory(before);
    }

    /// What was hung up on is gone: no open file remains of it.
    @Test void sockets_that_were_left_are_closed() throws IOException {
        Path files = Path.of("/proc/" + shop.process().pid() + "/fd");
        long before = count(files);
        for (Raw raw : open(200, () -> "GET /api/v1/products HTTP/1.1\r\nHost: a\r\n\r\n")) raw.readUntil("success");
        hangUp();
        Eventually.holds("the sockets are closed", () -> count(files) <= before + 20);
    }

    private static long count(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }
}
