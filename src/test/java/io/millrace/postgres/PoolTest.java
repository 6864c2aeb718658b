package io.millrace.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.testing.Again;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Connections that died in the pool, and what the kernel was told about those that live.
class PoolTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int CONNECTIONS = 8;
    private static final String NAME = "pool-test-" + System.nanoTime();

    private final Shop shop = Shop.shared();
    private final ConnectionFactoryOptions address =
        ConnectionFactoryOptions.parse(Objects.requireNonNull(shop.setting("spring.r2dbc.url")));

    /// Guard: the retry of `Pool`. Without it the first one who asks after an outage is given the error of a connection
    /// that was idle when the server went, and so is the next, once for each.
    @Again void a_pool_full_of_dead_connections_costs_nobody_an_error() {
        Pool pool = new Pool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(
            ConnectionFactoryOptions.builder().from(Wires.to(address, Map.of()))
                .option(Option.valueOf("applicationName"), NAME).build()))
            .initialSize(0).maxAcquireTime(LONG)
            .validationDepth(ValidationDepth.LOCAL), CONNECTIONS);
        try {
            List<Connection> before = all(pool);
            List<Connection> raw = before.stream().map(PoolTest::raw).toList();
            close(before);
            shop.database().rows(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = ?", NAME);
            Eventually.holds("all are dead", () -> raw.stream().noneMatch(PoolTest::lives));
            List<Connection> after = all(pool);
            assertThat(after.stream().map(PoolTest::raw)).allMatch(PoolTest::lives).doesNotContainAnyElementsOf(raw);
            close(after);
        } finally {
            pool.dispose();
        }
    }

    private static List<Connection> all(Pool pool) {
        return Objects.requireNonNull(
            Flux.range(0, CONNECTIONS).flatMap(i -> pool.create(), CONNECTIONS).collectList().block(LONG));
    }

    private static void close(List<Connection> connections) {
        Flux.fromIterable(connections).concatMap(Connection::close).blockLast(LONG);
    }

    private static Connection raw(Connection pooled) {
        return (Connection) Objects.requireNonNull(((Wrapped<?>) pooled).unwrap());
    }

    private static boolean lives(Connection connection) {
        return Boolean.TRUE.equals(Mono.from(connection.validate(ValidationDepth.LOCAL)).block(LONG));
    }

    /// A machine that is gone neither answers nor refuses. Guard: `Wires`. Without it the kernel asks a quiet peer
    /// after two hours for the first time.
    @Again void the_kernel_asks_a_quiet_server_soon_whether_it_is_still_there() throws IOException {
        List<Path> tables = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
        assumeTrue(tables.stream().allMatch(Files::isReadable));
        int port = ((Number) Objects.requireNonNull(address.getValue(ConnectionFactoryOptions.PORT))).intValue();
        String peer = ":%04X".formatted(port);
        Eventually.holds("a connection waits for its next question", () -> {
            shop.client().get("/api/v1/channels").expect(200);
            List<String> rows = new ArrayList<>();
            for (Path table : tables) rows.addAll(Files.readAllLines(table));
            return rows.stream().map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length > 5 && row[2].endsWith(peer))
                // timer 02 is keepalive; its time is in hundredths of a second
                .anyMatch(row -> row[5].startsWith("02:") && Long.parseLong(row[5].substring(3), 16) <= 1_000);
        });
    }
}
