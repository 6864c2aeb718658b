package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReservationsTest {
    private final Stockroom room = new Stockroom(Shop.shared());
    private final Inventory inventory = room.inventory;
    private final Instant soon = Instant.now().plus(Duration.ofMinutes(15));
    private final UUID id = room.ids.next();

    @Test void reserved_then_committed_goods_leave_the_pool_once() {
        var pool = room.pool("gram", 2_000, 100, 250, 1_000);
        assertThat(room.run(inventory.reserve(id, "order:1", List.of(new Line(pool.variant(1), 3),
            new Line(pool.variant(2), 1)), soon))).isNull();
        assertThat(room.onHand(pool)).isEqualTo(2_000);
        assertThat(room.reserved(pool)).isEqualTo(1_750);
        assertThat(room.run(inventory.commit(id, "order:1"))).isNull();
        assertThat(room.onHand(pool)).isEqualTo(250);
        assertThat(room.reserved(pool)).isZero();
        assertThat(room.story("reservation:" + id)).containsExactly("StockCommitted");
        assertThat(room.contradictions()).isEmpty();
    }

    /// Guard: `state = 'held'` in the update of the reservation.
    @Test void a_reservation_is_committed_or_released_once_whoever_comes_first() {
        var pool = room.pool("piece", 5, 1);
        room.run(inventory.reserve(id, "order:2", List.of(new Line(pool.variant(0), 2)), soon));
        assertThat(room.run(inventory.release(id, "order:2"))).isNull();
        assertThat(room.run(inventory.release(id, "order:2"))).isEqualTo("stale");
        assertThat(room.run(inventory.commit(id, "order:2"))).isEqualTo("stale");
        assertThat(room.reserved(pool)).isZero();
        assertThat(room.onHand(pool)).isEqualTo(5);
        assertThat(room.contradictions()).isEmpty();
    }

    /// Guard: lines are summed per pool before the check; each alone would fit.
    @Test void lines_that_draw_on_one_pool_are_summed_before_the_check() {
        var pool = room.pool("gram", 1_000, 600, 700);
        assertThat(room.run(inventory.reserve(id, "order:3", List.of(new Line(pool.variant(0), 1),
            new Line(pool.variant(1), 1)), soon))).isEqualTo("out_of_stock");
        assertThat(room.run(inventory.reserve(id, "order:3", List.of(new Line(pool.variant(0), 1),
            new Line(pool.variant(0), 1)), soon))).isEqualTo("out_of_stock");
        assertThat(room.reserved(pool)).isZero();
    }

    /// Guard: all or nothing; the pool that has enough keeps it.
    @Test void a_basket_is_kept_whole_or_not_at_all() {
        var full = room.pool("piece", 9, 1);
        var empty = room.pool("piece", 0, 1);
        assertThat(room.run(inventory.reserve(id, "order:4", List.of(new Line(full.variant(0), 1),
            new Line(empty.variant(0), 1)), soon))).isEqualTo("out_of_stock");
        assertThat(room.reserved(full)).isZero();
        assertThat(room.database.rows("select 1 from inventory.reservations where id = ?", id)).isEmpty();
    }

    @Test void a_variant_that_nobody_sells_is_refused_by_name() {
        var pool = room.pool("piece", 9, 1);
        assertThat(room.run(inventory.reserve(id, "order:5", List.of(new Line(pool.variant(0), 1),
            new Line(UUID.randomUUID(), 1)), soon))).isEqualTo("unknown_variant");
        assertThat(room.run(inventory.takeNow(id, "order:5", List.of(new Line(UUID.randomUUID(), 1)))))
            .isEqualTo("unknown_variant");
    }

    @Test void goods_paid_on_delivery_leave_at_once() {
        var pool = room.pool("gram", 1_000, 250);
        assertThat(room.run(inventory.takeNow(id, "order:6", List.of(new Line(pool.variant(0), 4))))).isNull();
        assertThat(room.onHand(pool)).isZero();
        assertThat(room.state(id)).isEqualTo("committed");
        assertThat(room.run(inventory.takeNow(room.ids.next(), "order:7", List.of(new Line(pool.variant(0), 1)))))
            .isEqualTo("out_of_stock");
        assertThat(room.story("reservation:" + id)).containsExactly("StockCommitted");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void a_late_payment_takes_the_goods_again_only_while_they_are_there() {
        var pool = room.pool("piece", 3, 1);
        room.run(inventory.reserve(id, "order:8", List.of(new Line(pool.variant(0), 2)), soon));
        room.run(inventory.release(id, "order:8"));
        Reservation released = room.wait(inventory.reservation(id));
        assertThat(room.wait(inventory.canRetake(id))).isTrue();
        room.run(inventory.takeNow(room.ids.next(), "order:9", List.of(new Line(pool.variant(0), 2))));
        assertThat(room.wait(inventory.canRetake(id))).isFalse();
        assertThat(room.run(inventory.retake(released))).isEqualTo("stale");
        assertThat(room.onHand(pool)).isEqualTo(1);
        assertThat(room.state(id)).isEqualTo("released");
    }

    /// Guard: state and version in the update of the reservation.
    @Test void a_late_payment_takes_the_goods_again_once() {
        var pool = room.pool("piece", 3, 1);
        room.run(inventory.reserve(id, "order:10", List.of(new Line(pool.variant(0), 1)), soon));
        room.run(inventory.release(id, "order:10"));
        Reservation released = room.wait(inventory.reservation(id));
        assertThat(room.run(inventory.retake(released))).isNull();
        assertThat(room.run(inventory.retake(released))).isEqualTo("stale");
        assertThat(room.onHand(pool)).isEqualTo(2);
        assertThat(room.story("reservation:" + id)).containsExactly("StockReleased", "StockCommitted");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void a_cancelled_sale_comes_back_once() {
        var pool = room.pool("gram", 1_000, 100);
        room.run(inventory.takeNow(id, "order:11", List.of(new Line(pool.variant(0), 7))));
        Reservation sold = room.wait(inventory.reservation(id));
        assertThat(room.run(inventory.restock(sold))).isNull();
        assertThat(room.run(inventory.restock(sold))).isEqualTo("stale");
        assertThat(room.onHand(pool)).isEqualTo(1_000);
        assertThat(room.state(id)).isEqualTo("returned");
        assertThat(room.story("reservation:" + id)).containsExactly("StockCommitted", "StockReleased");
        assertThat(room.contradictions()).isEmpty();
    }

    /// Guard: returned + asked <= sold, per pool.
    @Test void lines_come_back_one_by_one_but_never_more_than_was_sold() {
        var sweets = room.pool("gram", 1_000, 100);
        var boxes = room.pool("piece", 10, 1);
        room.run(inventory.takeNow(id, "order:12", List.of(new Line(sweets.variant(0), 5),
            new Line(boxes.variant(0), 1))));
        assertThat(back(id, new Line(sweets.variant(0), 2))).isNull();
        assertThat(room.onHand(sweets)).isEqualTo(700);
        assertThat(back(id, new Line(sweets.variant(0), 4))).isEqualTo("stale");
        assertThat(back(id, new Line(sweets.variant(0), 3), new Line(boxes.variant(0), 2))).isEqualTo("stale");
        assertThat(room.state(id)).isEqualTo("committed");
        assertThat(back(id, new Line(sweets.variant(0), 1))).isNull();
        Reservation rest = room.wait(inventory.reservation(id));
        assertThat(room.run(inventory.restock(rest))).isNull();
        assertThat(room.onHand(sweets)).isEqualTo(1_000);
        assertThat(room.onHand(boxes)).isEqualTo(10);
        assertThat(room.state(id)).isEqualTo("returned");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void the_last_line_to_come_back_closes_the_sale() {
        var pool = room.pool("piece", 4, 1);
        room.run(inventory.takeNow(id, "order:13", List.of(new Line(pool.variant(0), 2))));
        assertThat(back(id, new Line(pool.variant(0), 2))).isNull();
        assertThat(room.state(id)).isEqualTo("returned");
        assertThat(back(id, new Line(pool.variant(0), 1))).isEqualTo("stale");
        assertThat(room.contradictions()).isEmpty();
    }

    private @org.jspecify.annotations.Nullable String back(UUID reservation, Line... lines) {
        return room.run(inventory.restock(room.wait(inventory.reservation(reservation)), List.of(lines)));
    }
}
