package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class HotPoolsTest {
    private final Stockroom room = new Stockroom(Shop.shared());
    private final Node batched = new Node(room.shop, Node.ALWAYS_BATCHED, 2);
    private final Instant soon = Instant.now().plus(Duration.ofMinutes(15));

    @AfterEach void close() {
        batched.close();
    }

    @Test void a_crowd_makes_a_pool_hot_and_calm_makes_it_cold() {
        HotPools.Heat heat = new HotPools.Heat();
        assertThat(IntStream.range(0, 5).map(i -> heat.hit(1_000)).max().orElse(0)).isEqualTo(5);
        assertThat(heat.hit(1_049)).isEqualTo(6);
        assertThat(heat.hit(1_060)).as("the half before counts").isEqualTo(7);
        assertThat(heat.hit(1_110)).as("the one before that does not").isEqualTo(2);
        assertThat(heat.hit(9_999)).isEqualTo(1);
    }

    @Test void few_buyers_reserve_in_their_own_statement_and_a_crowd_is_kept_together() {
        try (Node node = new Node(room.shop, 4, 2)) {
            var pool = room.pool("gram", 100_000, 100, 250);
            List<Holding> holdings = new ArrayList<>();
            for (int i = 0; i < 6; i++)
                holdings.add(room.wait(node.inventory.hold("order:c",
                    List.of(new Line(pool.variant(0), 1)), soon)));
            assertThat(holdings.getFirst()).isInstanceOf(Holding.Inline.class);
            assertThat(holdings).hasAtLeastOneElementOfType(Holding.Held.class);
        }
    }

    @Test void what_is_kept_is_adopted_once_and_lives_as_long_as_its_order_says() {
        var pool = room.pool("piece", 5, 1);
        Holding.Held held = held("order:1", new Line(pool.variant(0), 2));
        assertThat(room.state(held.reservation())).isEqualTo("held");
        assertThat(room.run(held.stocking())).isNull();
        assertThat(room.run(held.stocking())).isEqualTo("hold_lapsed");
        Reservation reservation = room.wait(room.inventory.reservation(held.reservation()));
        assertThat(reservation.ref()).isEqualTo("order:1");
        assertThat(Duration.between(reservation.expiresAt(), soon).abs()).isLessThan(Duration.ofSeconds(1));
        assertThat(room.run(room.inventory.commit(held.reservation(), "order:other"))).isEqualTo("stale");
        assertThat(room.run(room.inventory.commit(held.reservation(), "order:1"))).isNull();
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void goods_paid_on_delivery_are_kept_and_then_sold() {
        var pool = room.pool("piece", 5, 1);
        Holding.Held held = (Holding.Held) room.wait(batched.inventory.holdToTake("order:2",
            List.of(new Line(pool.variant(0), 2))));
        assertThat(room.run(held.stocking())).isNull();
        assertThat(room.onHand(pool)).isEqualTo(3);
        assertThat(room.run(held.stocking())).isEqualTo("hold_lapsed");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void who_gets_nothing_is_told_why() {
        var pool = room.pool("gram", 250, 100);
        Holding answer = room.wait(batched.inventory.hold("order:3", List.of(new Line(pool.variant(0), 3)), soon));
        assertThat(answer).isEqualTo(new Holding.Short(List.of(
            new Availability.Shortage(pool.variant(0), 3, 2, true))));
        UUID unknown = UUID.randomUUID();
        assertThat(room.wait(batched.inventory.hold("order:3", List.of(new Line(unknown, 1)), soon)))
            .isEqualTo(new Holding.Unknown(List.of(unknown)));
    }

    /// The batch's outcome is that of its baskets one after the other, computed here by a few lines of Java.
    @Test void a_batch_is_what_its_baskets_would_be_one_after_the_other() {
        long seed = Stockroom.seed();
        System.out.println("batch against model: seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            var sweets = room.pool("gram", random.nextInt(4_000), 100, 250, 1_000);
            var boxes = room.pool("piece", random.nextInt(20), 1, 2);
            List<Lane.Basket> baskets = new ArrayList<>();
            List<Integer> expected = new ArrayList<>();
            long[] free = {room.onHand(sweets), room.onHand(boxes)};
            for (int i = 0; i < 40; i++) {
                List<Line> lines = new ArrayList<>();
                for (int n = random.nextInt(3); n >= 0; n--)
                    lines.add(random.nextInt(3) > 0
                        ? new Line(sweets.variant(random.nextInt(3)), 1 + random.nextInt(2))
                        : new Line(boxes.variant(random.nextInt(2)), 1 + random.nextInt(3)));
                if (random.nextInt(15) == 0) lines.add(new Line(UUID.randomUUID(), 1));
                baskets.add(new Lane.Basket(room.ids.next(), lines, new CompletableFuture<>()));
                expected.add(model(lines, free, sweets, boxes));
            }
            assertThat(room.wait(batched.reservations.holdBatch(baskets, soon, Instant.now())))
                .as("seed " + seed + " round " + round).containsExactlyElementsOf(expected);
            assertThat(room.onHand(sweets) - room.reserved(sweets)).isEqualTo(free[0]);
            assertThat(room.onHand(boxes) - room.reserved(boxes)).isEqualTo(free[1]);
        }
        assertThat(room.contradictions()).isEmpty();
    }

    private static int model(List<Line> lines, long[] free, Stockroom.Pool sweets, Stockroom.Pool boxes) {
        long grams = lines.stream().mapToLong(line -> sweets.factorOf(line.variant()) * line.quantity()).sum();
        long pieces = lines.stream().mapToLong(line -> boxes.factorOf(line.variant()) * line.quantity()).sum();
        if (lines.stream().anyMatch(line -> sweets.factorOf(line.variant()) + boxes.factorOf(line.variant()) == 0))
            return -1;
        if (grams > free[0] || pieces > free[1]) return 0;
        free[0] -= grams;
        free[1] -= pieces;
        return 1;
    }

    @Test void goods_that_are_not_counted_are_kept_without_a_pool() {
        UUID licence = room.ids.next();
        room.database.execute("insert into inventory.draws (variant_id, product_id, factor) values (?, ?, 1)", licence,
            room.ids.next());
        Holding.Held held = held("order:4", new Line(licence, 9));
        assertThat(room.run(held.stocking())).isNull();
        assertThat(room.run(room.inventory.commit(held.reservation(), "order:4"))).isNull();
    }

    @Test void a_full_queue_says_so_and_a_failed_batch_fails_its_baskets_only() {
        CompletableFuture<List<HotPools.Answer>> first = new CompletableFuture<>();
        List<Integer> sizes = new ArrayList<>();
        Lane lane = new Lane(baskets -> {
            sizes.add(baskets.size());
            return sizes.size() == 1 ? Mono.fromFuture(first)
                : Mono.just(baskets.stream().map(basket -> (HotPools.Answer) new HotPools.Answer.Kept()).toList());
        });
        List<CompletableFuture<HotPools.Answer>> answers = IntStream.rangeClosed(0, Lane.WAITING_BASKETS_MAX + 1)
            .mapToObj(i -> lane.join(UUID.randomUUID(), List.of()).toFuture()).toList();
        assertThat(answers.getLast().join()).isEqualTo(new HotPools.Answer.Refused(new Holding.Busy()));
        assertThat(answers.get(1)).isNotDone();
        first.completeExceptionally(new IllegalStateException("the database went away"));
        assertThat(answers.getFirst()).isCompletedExceptionally();
        assertThat(answers.get(1).join()).isEqualTo(new HotPools.Answer.Kept());
        assertThat(answers.get(Lane.WAITING_BASKETS_MAX).join()).isEqualTo(new HotPools.Answer.Kept());
        assertThat(sizes.get(1)).isEqualTo(Lane.BATCH_BASKETS_MAX);
    }

    private Holding.Held held(String ref, Line line) {
        return (Holding.Held) room.wait(batched.inventory.hold(ref, List.of(line), soon));
    }
}
