package io.millrace.inventory;

import io.millrace.http.Ids;
import io.millrace.jobs.ShopClock;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Shop;
import io.millrace.tracing.Spans;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.ConnectionFactories;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/// What another node of the shop is to the database: connections, lanes and clocks of its own, and no memory shared.
final class Node implements AutoCloseable {
    static final int NEVER_BATCHED = Integer.MAX_VALUE;
    static final int ALWAYS_BATCHED = 0;

    final Inventory inventory;
    final Reservations reservations;
    final Postgres postgres;
    final ShopClock clock = new ShopClock();
    private final ConnectionPool connections;

    Node(Shop shop, int hotBuyers, int connectionsMax) {
        this(Objects.requireNonNull(shop.setting("spring.r2dbc.url")), hotBuyers, connectionsMax);
    }

    private Node(String url, int hotBuyers, int connectionsMax) {
        connections = new ConnectionPool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(url))
            .initialSize(1).maxSize(connectionsMax).build());
        postgres = new Postgres(connections, TransactionalOperator.create(new R2dbcTransactionManager(connections)),
            Spans.OFF);
        reservations = new Reservations(postgres);
        Pools pools = new Pools(postgres);
        HotPools hot = new HotPools(pools, new Batches(reservations, pools, clock, Duration.ofSeconds(60)), clock,
            hotBuyers);
        inventory = new Inventory(reservations, pools, hot, new Ids(clock), clock, Duration.ofMinutes(15));
    }

    /// Nodes that batch always, never, and when they see a crowd, in turn.
    static List<Node> several(Shop shop, int count, int connectionsEach) {
        return several(Objects.requireNonNull(shop.setting("spring.r2dbc.url")), count, connectionsEach);
    }

    static List<Node> several(String url, int count, int connectionsEach) {
        int[] manners = {ALWAYS_BATCHED, NEVER_BATCHED, 4};
        return IntStream.range(0, count).mapToObj(i -> new Node(url, manners[i % manners.length], connectionsEach))
            .toList();
    }

    /// True when it happened, false when it was refused.
    Mono<Boolean> run(Stocking stocking) {
        return postgres.run(Write.of(stocking.piece())).thenReturn(true)
            .onErrorResume(Refused.class, refused -> Mono.just(false));
    }

    @Override public void close() {
        connections.dispose();
    }
}
