package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.Product;
import io.millrace.catalog.ProductDraft;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Oracle;
import io.millrace.testing.Shop;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// R7: clients hang up at any byte and any time, in every manner a socket knows, on every kind of endpoint.
///
/// Guard: handlers run detached (`http.Detached`), streams end at a row's border. Without it a cancelled statement
/// gives its connection back in the middle of a conversation (r2dbc-postgresql 661), or a transaction stays open.
class CancelStormTest {
    private static final int HANG_UPS = 600 * Integer.getInteger("scale", 1);
    private static final int AT_ONCE = 24;
    private static final int POOL = 6;
    private static final int GOODS = 400;
    private static final int READ_BYTES_MAX = 60_000;
    private static final long PAUSE_NANOS_MAX = 30_000_000;
    private static final int PATIENCE_MS = 3_000;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ROWS = "select %d as me, g from generate_series(1, 300) g";

    private final Map<String, Map<String, Object>> orders = new ConcurrentHashMap<>();

    @Test void a_storm_of_hang_ups_leaves_no_connection_leaked_or_poisoned_and_no_half_order() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        try (Shop shop =
            Shop.with("spring.r2dbc.pool.max-size", Integer.toString(POOL), "spring.r2dbc.pool.initial-size",
                "2", "millrace.sandbox.webhook-urls", Trade.NOBODY)) {
            Trade trade = new Trade(shop);
            List<ProductDraft> drafts = new ArrayList<>();
            for (int i = 0; i < GOODS; i++)
                drafts.add(trade.draft("Boots " + UUID.randomUUID(), "120.00 USD", 100_000));
            List<Product> goods = trade.products(drafts);
            Trade.Placed watched = trade.place(shop::client, "stripe", goods.getFirst().variants().getFirst().id());
            Random random = new Random(seed);
            List<Callable<Manner>> calls = new ArrayList<>();
            for (int i = 0; i < HANG_UPS; i++) {
                byte[] request = request(random, goods, watched);
                Random own = new Random(random.nextLong());
                calls.add(() -> hangUp(shop.port(), request, own));
            }
            long began = System.nanoTime();
            Map<Manner, Integer> manners = new LinkedHashMap<>();
            try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
                for (Future<Manner> done : threads.invokeAll(calls)) manners.merge(done.resultNow(), 1, Integer::sum);
            }
            System.out.printf("| cancel storm (seed %d) | %d hang-ups in %d ms | %s |%n", seed, HANG_UPS,
                Duration.ofNanos(System.nanoTime() - began).toMillis(), manners);
            nothingIsLeaked(shop, trade, seed);
            nothingIsPoisoned(shop.bean(ConnectionPool.class));
            Supplier<Client> node = shop::client;
            orders.forEach((key, body) -> trade.place(node, key, body));
            assertThat(trade.orders()).as("seed " + seed).isEqualTo(orders.size() + 1);
            Oracle.of(trade.database).holds();
        }
    }

    private byte[] request(Random random, List<Product> goods, Trade.Placed watched) {
        Product product = goods.get(random.nextInt(goods.size()));
        UUID variant = product.variants().getFirst().id();
        String read = "X-Channel: " + Trade.CHANNEL + "\r\nX-Order-Token: " + watched.token() + "\r\n";
        return switch (random.nextInt(10)) {
            case 0 -> head("GET", "products?per_page=100&sort=price&page=" + (1 + random.nextInt(4)), read);
            case 1, 2 -> head("GET", "products", read + "Accept: application/x-ndjson\r\n");
            case 3 -> head("GET", "products/search?q=boots&min_price=" + random.nextInt(100), read);
            case 4 -> head("GET", "products/" + product.id(), read);
            case 5 -> head("GET", "orders/" + watched.id(), read);
            case 6 -> head("GET", "orders/" + watched.id() + "/events", read + "Accept: text/event-stream\r\n");
            case 7 -> write("cart/items", "", Map.of("variant_id", variant, "quantity", 1));
            default -> {
                String key = Trade.key();
                Map<String, Object> body = Trade.body("cod", variant, 1);
                orders.put(key, body);
                yield write("orders", "Idempotency-Key: " + key + "\r\n", body);
            }
        };
    }

    private static byte[] head(String method, String path, String headers) {
        return (method + " /api/v1/" + path + " HTTP/1.1\r\nHost: shop\r\n" + headers + "\r\n")
            .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] write(String path, String headers, Object body) {
        byte[] bytes = JSON.writeValueAsBytes(body);
        byte[] head = head("POST", path, headers + "X-Channel: " + Trade.CHANNEL
            + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n");
        byte[] all = java.util.Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return all;
    }

    /// How a client leaves.
    enum Manner {
        RESET_IN_REQUEST, CLOSED_IN_REQUEST, HALF_CLOSED_IN_REQUEST, // before the shop knows what is wanted
        RESET_AFTER_REQUEST, CLOSED_AFTER_REQUEST, HALF_CLOSED_AFTER_REQUEST, // while it works
        RESET_IN_ANSWER, CLOSED_IN_ANSWER
    }

    private static Manner hangUp(int port, byte[] request, Random random) throws IOException {
        Manner manner = Manner.values()[random.nextInt(Manner.values().length)];
        boolean whole = !manner.name().endsWith("IN_REQUEST");
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.getOutputStream().write(request, 0, whole ? request.length : random.nextInt(request.length));
            socket.getOutputStream().flush();
            // any time: while it is read, while the database works, while the answer is on its way
            if (random.nextInt(3) > 0) LockSupport.parkNanos((long) (random.nextDouble() * PAUSE_NANOS_MAX));
            switch (manner) {
                case HALF_CLOSED_IN_REQUEST, HALF_CLOSED_AFTER_REQUEST -> {
                    socket.shutdownOutput();
                    read(socket, READ_BYTES_MAX);
                }
                case RESET_IN_ANSWER, CLOSED_IN_ANSWER -> read(socket, 1 + random.nextInt(READ_BYTES_MAX));
                default -> {}
            }
            if (manner.name().startsWith("RESET")) socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        return manner;
    }

    private static void read(Socket socket, int bytes) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[4_096];
            int left = bytes;
            while (left > 0) {
                int read = in.read(buffer, 0, Math.min(left, buffer.length));
                if (read < 0) return;
                left -= read;
                if (read < buffer.length && left < bytes / 2) return;
            }
        } catch (SocketTimeoutException | java.net.SocketException quiet) {
            // a stream that says nothing more, or a server that had enough
            return;
        }
    }

    /// I13: after the storm the pool is idle at some moment, and PostgreSQL knows of no transaction left open.
    private static void nothingIsLeaked(Shop shop, Trade trade, long seed) {
        ConnectionPool pool = shop.bean(ConnectionPool.class);
        var metrics = pool.getMetrics().orElseThrow();
        Eventually.holds("no connection is out (seed " + seed + ")", LONG, () -> metrics.acquiredSize() == 0);
        Eventually.holds("nobody waits", LONG, () -> metrics.pendingAcquireSize() == 0);
        Eventually.holds("no transaction is left open (seed " + seed + ")", LONG, () -> trade.database.number("""
            select count(*) from pg_stat_activity where datname = current_database()
               and (state like 'idle in transaction%' or state = 'active' and pid <> pg_backend_pid()
                    and state_change < now() - interval '5 seconds')""") == 0);
    }

    /// Every connection of the pool at once answers its own question, whole and to nobody else.
    private static void nothingIsPoisoned(ConnectionPool pool) {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < POOL; i++) all.add(Mono.from(pool.create()).block(LONG));
            List<Mono<List<Integer>>> questions = new ArrayList<>();
            for (int i = 0; i < POOL; i++) questions.add(ask(all.get(i), i));
            List<List<Integer>> answers = java.util.Objects.requireNonNull(
                Flux.mergeSequential(questions, POOL, 1).collectList().block(LONG));
            assertThat(answers).hasSize(POOL);
            for (int i = 0; i < POOL; i++)
                assertThat(answers.get(i)).hasSize(300).containsOnly(i);
        } finally {
            Flux.fromIterable(all).concatMap(Connection::close).blockLast(LONG);
        }
    }

    private static Mono<List<Integer>> ask(Connection connection, int me) {
        return Flux.from(connection.createStatement(ROWS.formatted(me)).execute())
            .concatMap(result -> result.map((row, meta) -> row.get("me", Integer.class))).collectList();
    }
}
