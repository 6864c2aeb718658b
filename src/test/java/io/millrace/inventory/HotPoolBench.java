package io.millrace.inventory;

import io.millrace.postgres.Write;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// P5: holds per second on one article that everybody wants, through the lane, against the ways without it, all
/// measured in this run (service level: no HTTP). Prints a table; `-Dseconds=N` per row.
final class HotPoolBench {
    private static final Duration WARM = Duration.ofSeconds(Integer.getInteger("warm", 6));
    private static final Duration MEASURED = Duration.ofSeconds(Integer.getInteger("seconds", 8));
    private static final int CONNECTIONS = 16;
    private static final long PLENTY = 1_000_000_000_000L;

    private HotPoolBench() {}

    private record Measured(String what, int clients, double perSecond) {}

    public static void main(String[] arguments) {
        try (Shop shop = Shop.with();
            Node alone = new Node(shop, Node.NEVER_BATCHED, CONNECTIONS);
            Node lane = new Node(shop, Node.ALWAYS_BATCHED, CONNECTIONS)) {
            Stockroom room = new Stockroom(shop);
            var hot = room.pool("piece", PLENTY, 1);
            List<Stockroom.Pool> many = IntStream.range(0, 1_000).mapToObj(i -> room.pool("piece", PLENTY, 1)).toList();
            AtomicLong turn = new AtomicLong();
            Instant until = Instant.now().plus(Duration.ofHours(1));
            List<Measured> table = List.of(
                measured("one guarded row update, nothing else", 1, () -> update(alone, hot)),
                measured("one guarded row update, nothing else", CONNECTIONS, () -> update(alone, hot)),
                measured("reserve alone, one pool", CONNECTIONS, () -> reserve(alone, hot, until)),
                measured("reserve alone, 1,000 pools in turn", CONNECTIONS,
                    () -> reserve(alone, many.get((int) (turn.incrementAndGet() % 1_000)), until)),
                measured("hold through the lane, one pool", 256, () -> hold(lane, hot, until, false)),
                measured("hold through the lane, one pool", 1_024, () -> hold(lane, hot, until, false)),
                measured("hold through the lane and adopt, one pool", 256, () -> hold(lane, hot, until, true)));
            double row = table.get(1).perSecond();
            System.out.printf(Locale.ROOT, "%n%-48s %8s %12s %8s%n", "holds per second (P5)", "clients", "per second",
                "x row");
            for (Measured line : table)
                System.out.printf(Locale.ROOT, "%-48s %8d %12.0f %8.1f%n", line.what(),
                    line.clients(), line.perSecond(), line.perSecond() / row);
            List<?> wrong = room.contradictions().stream().filter(one -> !one.toString().contains(hot.id().toString()))
                .toList();
            System.out.println("contradictions: " + wrong.size());
        }
        System.exit(0);
    }

    private static Mono<?> update(Node node, Stockroom.Pool pool) {
        return node.postgres.update("update inventory.pools set reserved = reserved + 1 where id = :id "
            + "and on_hand - reserved >= 1", Map.of("id", pool.id()));
    }

    private static Mono<?> reserve(Node node, Stockroom.Pool pool, Instant until) {
        return node.postgres.run(Write.of(node.inventory.reserve(UUID.randomUUID(), "bench:1",
            List.of(new Line(pool.variant(0), 1)), until).piece()));
    }

    private static Mono<?> hold(Node node, Stockroom.Pool pool, Instant until, boolean adopt) {
        return node.inventory.hold("bench:1", List.of(new Line(pool.variant(0), 1)), until).flatMap(
            holding -> holding instanceof Holding.Held held ? adopt ? node.run(held.stocking()) : Mono.just(true)
                : Mono.error(new IllegalStateException(holding.toString())));
    }

    /// So many clients, each asking again as soon as it was answered.
    private static Measured measured(String what, int clients, Supplier<Mono<?>> call) {
        measured(clients, WARM, call);
        return new Measured(what, clients, measured(clients, MEASURED, call));
    }

    private static double measured(int clients, Duration duration, Supplier<Mono<?>> call) {
        AtomicLong done = new AtomicLong();
        long start = System.nanoTime();
        long end = start + duration.toNanos();
        Flux.range(0, clients).flatMap(client -> Mono.defer(call::get).doOnNext(answer -> done.incrementAndGet())
            .repeat(() -> System.nanoTime() < end).then(), clients).then().block(duration.plusSeconds(60));
        return done.get() / ((System.nanoTime() - start) / 1e9);
    }
}
