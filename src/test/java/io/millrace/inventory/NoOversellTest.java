package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.CuttableProxy;
import io.millrace.testing.Shop;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// R1: whatever many buyers do at once, the outcome is one that some serial order has as well. `-Dscale=N` multiplies
/// the attempts, `-Dseed=S` replays one.
///
/// Guards that this dies without: the lock before the check (`for no key update`), the check itself, the order of the
/// locks (deadlocks are counted), the state in the update of a reservation, the greedy loop of `hold_batch`.
class NoOversellTest {
    private static final int SCALE = Integer.getInteger("scale", 1);
    private static final int NODES = 8;
    private static final int CONNECTIONS_EACH = 4;
    private static final int AT_ONCE = 96;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Stockroom ROOM = new Stockroom(Shop.shared());
    private static final List<Node> SHOPS = Node.several(ROOM.shop, NODES, CONNECTIONS_EACH);

    @AfterAll static void close() {
        SHOPS.forEach(Node::close);
    }

    /// What became of one attempt, as the buyer saw it.
    private enum Fate { REFUSED, HELD, SOLD, RELEASED, LEFT_TO_LAPSE, RETURNED }

    private record Bought(List<Line> lines, Fate fate) {}

    @Test void mixed_baskets_fates_and_nodes_sell_exactly_what_is_there() {
        for (int round = 0; round < 3; round++) mixed(Stockroom.seed(), 1_500 * SCALE, SHOPS);
    }

    /// Every answer of the database comes 200 ms late: whatever lies between a check and a write lies there for long
    /// (8 of the 22 holes of ACIDRain needed that to be found).
    @Test void with_a_slow_database_every_window_is_wide_and_still_exactly_what_is_there_is_sold() {
        URI database = URI.create(Objects.requireNonNull(ROOM.shop.setting("spring.r2dbc.url")).substring(6));
        try (CuttableProxy slow = CuttableProxy.to(database.getHost(), database.getPort())) {
            List<Node> far = Node.several("r2dbc:" + database.toString().replace(":" + database.getPort(),
                ":" + slow.port()), NODES, CONNECTIONS_EACH);
            slow.delay(Duration.ofMillis(200));
            mixed(Stockroom.seed(), 300 * SCALE, far);
            far.forEach(Node::close);
        }
    }

    private void mixed(long seed, int attempts, List<Node> shops) {
        System.out.println("no oversell, mixed: seed " + seed + ", " + attempts + " attempts");
        long deadlocks = deadlocks();
        var sweets = ROOM.poolLowAt(2_000, "gram", 40_000L * attempts / 1_500 / 1_000 * 1_000, 100, 250, 1_000);
        var nuts = ROOM.pool("gram", 100_000L * attempts / 1_500, 50, 500);
        var box = ROOM.pool("piece", 120L * attempts / 1_500, 1);
        var card = ROOM.pool("piece", 900L * attempts / 1_500, 1);
        List<Stockroom.Pool> pools = List.of(sweets, nuts, box, card);
        Map<UUID, Long> initial = new HashMap<>();
        pools.forEach(pool -> initial.put(pool.id(), ROOM.onHand(pool)));
        Random random = new Random(seed);
        List<Mono<Bought>> buyers = IntStream.range(0, attempts).mapToObj(i -> buyer(shops.get(i % NODES),
            basket(random, pools), Fate.values()[1 + random.nextInt(5)], random.nextInt(100) < 20)).toList();
        List<Bought> log = sweeping(Flux.fromIterable(buyers).flatMap(buyer -> buyer, AT_ONCE).collectList());
        sweepAll();
        assertThat(ROOM.contradictions()).as("seed " + seed).isEmpty();
        for (Stockroom.Pool pool : pools) {
            assertThat(ROOM.onHand(pool)).as("seed " + seed + ": initial = on hand + sold")
                .isEqualTo(Objects.requireNonNull(initial.get(pool.id())) - units(pool, log, Fate.SOLD));
            assertThat(ROOM.reserved(pool)).as("seed " + seed + ": reserved = held")
                .isEqualTo(units(pool, log, Fate.HELD));
        }
        assertThat(log.stream().filter(bought -> bought.fate() == Fate.REFUSED)).as("some were refused").isNotEmpty();
        assertThat(deadlocks()).as("deadlocks").isEqualTo(deadlocks);
        emptied(sweets);
    }

    /// Nothing that fits is refused afterwards: the rest sells to the last gram.
    private void emptied(Stockroom.Pool pool) {
        long free = ROOM.onHand(pool) - ROOM.reserved(pool);
        for (long left = free; left >= 100; left -= 100)
            assertThat(ROOM.run(ROOM.inventory.takeNow(ROOM.ids.next(),
                "test:rest", List.of(new Line(pool.variant(0), 1))))).isNull();
        assertThat(ROOM.run(ROOM.inventory.takeNow(ROOM.ids.next(), "test:rest",
            List.of(new Line(pool.variant(0), 1))))).isEqualTo("out_of_stock");
    }

    /// One article, many more buyers than units, buyers who give back and buyers who come again: all are sold.
    @Test void every_unit_of_a_wanted_article_is_sold_once_and_none_is_withheld() {
        long seed = Stockroom.seed();
        int units = 400 * SCALE;
        System.out.println("no oversell, one article: seed " + seed + ", " + units + " units");
        Random random = new Random(seed);
        var pool = ROOM.pool("piece", units, 1);
        List<Line> one = List.of(new Line(pool.variant(0), 1));
        List<Mono<Bought>> fickle = IntStream.range(0, units).mapToObj(i -> buyer(SHOPS.get(i % NODES), one,
            random.nextBoolean() ? Fate.RELEASED : Fate.LEFT_TO_LAPSE, false)).toList();
        List<Mono<Bought>> firm = IntStream.range(0, units * 3).mapToObj(i -> buyer(SHOPS.get(i % NODES), one,
            Fate.SOLD, random.nextInt(100) < 30)).toList();
        List<Mono<Bought>> all = new ArrayList<>(fickle);
        all.addAll(firm.subList(0, units / 2));
        Collections.shuffle(all, random);
        List<Bought> first = sweeping(Flux.fromIterable(all).flatMap(buyer -> buyer, AT_ONCE).collectList());
        sweepAll();
        List<Bought> second = ROOM.wait(Flux.fromIterable(firm.subList(units / 2, units * 3))
            .flatMap(buyer -> buyer, AT_ONCE).collectList());
        assertThat(sold(first) + sold(second)).as("seed " + seed).isEqualTo(units);
        assertThat(ROOM.onHand(pool)).isZero();
        assertThat(ROOM.reserved(pool)).isZero();
        assertThat(ROOM.contradictions()).isEmpty();
    }

    @Test void forty_guests_race_for_the_last_grams_and_no_gram_that_fits_is_refused() {
        long first = Stockroom.seed();
        for (long seed = first; seed < first + 20L * SCALE; seed++) race(seed);
    }

    private void race(long seed) {
        Random random = new Random(seed);
        var pool = ROOM.pool("gram", 500, 50, 100, 250);
        List<Mono<Bought>> guests = IntStream.range(0, 40).mapToObj(i -> buyer(SHOPS.get(random.nextInt(NODES)),
            List.of(new Line(pool.variant(random.nextInt(3)), 1 + random.nextInt(2))), Fate.SOLD,
            random.nextBoolean())).toList();
        List<Bought> log = ROOM.wait(Flux.fromIterable(guests).flatMap(guest -> guest, 40).collectList());
        long left = 500 - units(pool, log, Fate.SOLD);
        assertThat(left).as("seed " + seed + ": never more than there was").isNotNegative();
        assertThat(ROOM.onHand(pool)).isEqualTo(left);
        assertThat(log).filteredOn(bought -> bought.fate() == Fate.REFUSED).as("seed " + seed)
            .allSatisfy(bought -> assertThat(units(pool, List.of(bought), Fate.REFUSED)).isGreaterThan(left));
        assertThat(ROOM.contradictions()).isEmpty();
    }

    /// A buyer with a mind of his own; some pay on delivery.
    private static Mono<Bought> buyer(Node node, List<Line> lines, Fate wish, boolean onDelivery) {
        String ref = "test:" + UUID.randomUUID();
        boolean atOnce = onDelivery && wish == Fate.SOLD;
        Instant until = node.clock.instant().plus(wish == Fate.LEFT_TO_LAPSE ? Duration.ofMillis(1)
            : Duration.ofMinutes(15));
        Inventory inventory = node.inventory;
        return Mono.defer(() -> atOnce ? inventory.holdToTake(ref, lines) : inventory.hold(ref, lines, until))
            .flatMap(holding -> switch (holding) {
                case Holding.Inline(var id, var stocking) -> node.run(stocking)
                    .flatMap(done -> done ? goOn(node, id, ref, wish, atOnce) : Mono.just(Fate.REFUSED));
                case Holding.Held(var id, var stocking) -> node.run(stocking)
                    .flatMap(done -> done ? goOn(node, id, ref, wish, atOnce)
                        : Mono.error(new AssertionError("kept, and yet not there")));
                case Holding.Short(var shortages) -> Mono.just(Fate.REFUSED);
                case Holding.Unknown(var variants) -> Mono.error(new AssertionError("unknown " + variants));
                case Holding.Busy() -> Mono.just(Fate.REFUSED);
            }).map(fate -> new Bought(lines, fate));
    }

    private static Mono<Fate> goOn(Node node, UUID id, String ref, Fate wish, boolean atOnce) {
        Inventory inventory = node.inventory;
        if (atOnce) return Mono.just(Fate.SOLD);
        return switch (wish) {
            case SOLD -> node.run(inventory.commit(id, ref)).map(done -> must(done, Fate.SOLD));
            case RELEASED -> node.run(inventory.release(id, ref)).map(done -> must(done, Fate.RELEASED));
            case RETURNED -> node.run(inventory.commit(id, ref)).flatMap(done -> inventory.reservation(id))
                .flatMap(sold -> node.run(inventory.restock(sold))).map(done -> must(done, Fate.RETURNED));
            default -> Mono.just(wish);
        };
    }

    private static Fate must(boolean done, Fate fate) {
        if (!done) throw new AssertionError(fate + " was refused");
        return fate;
    }

    /// While they buy, two nodes sweep against each other.
    private static <T> T sweeping(Mono<T> buying) {
        AtomicBoolean over = new AtomicBoolean();
        Mono<Long> sweeps = Flux.range(0, Integer.MAX_VALUE).takeWhile(i -> !over.get())
            .concatMap(i -> Flux.merge(sweep(SHOPS.get(0)), sweep(SHOPS.get(1))).then(), 1).count();
        return Objects.requireNonNull(Mono.zip(buying.doFinally(signal -> over.set(true)), sweeps).block(PATIENCE))
            .getT1();
    }

    private static Mono<Long> sweep(Node node) {
        return node.reservations.freeOrphans(node.clock.instant(), 50)
            .thenMany(node.reservations.expired(node.clock.instant(), 50))
            .flatMap(reservation -> node.run(node.inventory.lapse(reservation)), 4).count();
    }

    private static void sweepAll() {
        while (ROOM.database.number("select count(*) from inventory.reservations where state = 'held' "
            + "and ref <> '' and expires_at <= now()") > 0) ROOM.wait(sweep(SHOPS.get(0)));
    }

    private static List<Line> basket(Random random, List<Stockroom.Pool> pools) {
        List<Line> lines = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            // the first pool is the one that everybody wants
            Stockroom.Pool pool = pools.get(random.nextInt(3) == 0 ? random.nextInt(pools.size()) : 0);
            lines.add(new Line(pool.variant(random.nextInt(pool.variants().size())), 1 + random.nextInt(2)));
        }
        return lines;
    }

    private static long units(Stockroom.Pool pool, List<Bought> log, Fate fate) {
        return log.stream().filter(bought -> bought.fate() == fate).flatMap(bought -> bought.lines().stream())
            .mapToLong(line -> pool.factorOf(line.variant()) * line.quantity()).sum();
    }

    private static long sold(List<Bought> log) {
        return log.stream().filter(bought -> bought.fate() == Fate.SOLD).count();
    }

    private static long deadlocks() {
        return ROOM.database.number("select deadlocks from pg_stat_database where datname = current_database()");
    }
}
