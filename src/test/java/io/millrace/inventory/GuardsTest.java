package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/// Takes each guard out of the shop's own SQL and shows that the harm is done then, and not with the guard in place.
/// The unguarded statements run on copies of the tables without the constraint, the last wall.
class GuardsTest {
    private static final Stockroom ROOM = new Stockroom(Shop.shared());
    private static final Instant NOW = Instant.now();
    private static final Instant SOON = NOW.plus(Duration.ofMinutes(5));

    @BeforeAll static void copy_the_tables_without_their_constraint() {
        ROOM.database.execute("create schema bare");
        for (String table : List.of("pools", "draws", "reservations", "movements"))
            ROOM.database.execute("create table bare." + table + " (like inventory." + table + " including defaults)");
    }

    /// The piece on the copies, without a part of it.
    private static Piece without(Piece piece, String guard, String instead) {
        assertThat(piece.text()).as("the guard is there").contains(guard);
        return new Piece(piece.text().replace(guard, instead).replace("inventory.", "bare."), piece.binds(), List.of(),
            piece.answers());
    }

    private static boolean runs(Piece piece) {
        return ROOM.wait(ROOM.shop.bean(Postgres.class).run(Write.of(piece)).thenReturn(true)
            .onErrorResume(Refused.class, refused -> Mono.just(false)));
    }

    private static Stockroom.Pool twin(String unit, long onHand, long... factors) {
        var pool = ROOM.pool(unit, onHand, factors);
        ROOM.database.execute("insert into bare.pools select * from inventory.pools where id = ?", pool.id());
        ROOM.database.execute("insert into bare.draws select * from inventory.draws where pool_id = ?", pool.id());
        return pool;
    }

    private static long bare(String column, Stockroom.Pool pool) {
        return ROOM.database.number("select " + column + " from bare.pools where id = ?", pool.id());
    }

    private static Piece hold(Stockroom.Pool pool, int quantity) {
        return Reservations.hold(ROOM.ids.next(), "order:g", List.of(new Line(pool.variant(0), quantity)), SOON, NOW);
    }

    @Test void without_the_check_more_is_promised_than_there_is() {
        var pool = twin("piece", 10, 1);
        for (int i = 0; i < 2; i++) assertThat(runs(without(hold(pool, 6), "and l.free >= l.amount", ""))).isTrue();
        assertThat(bare("reserved", pool)).isEqualTo(12);
        assertThat(runs(hold(pool, 6))).isTrue();
        assertThat(runs(hold(pool, 6))).isFalse();
    }

    @Test void without_the_sum_per_pool_two_lines_pass_that_do_not_fit_together() {
        var pool = twin("gram", 1_000, 600, 700);
        Piece both = Reservations.hold(ROOM.ids.next(), "order:g", List.of(new Line(pool.variant(0), 1),
            new Line(pool.variant(1), 1)), SOON, NOW);
        assertThat(runs(without(both, "sum(amount)", "max(amount)"))).isTrue();
        assertThat(bare("reserved", pool)).isEqualTo(700);
        assertThat(runs(both)).isFalse();
    }

    /// Another buyer is in the middle of his purchase: who does not wait for him reads what is not true any more.
    @Test void without_the_lock_two_buyers_at_once_get_the_same_units() throws SQLException {
        var pool = twin("piece", 10, 1);
        assertThat(whileAnotherTakes("bare", pool, 6,
            without(hold(pool, 6), "order by p.id for no key update of p", ""))).isTrue();
        assertThat(bare("reserved", pool)).isEqualTo(12);
        assertThat(whileAnotherTakes("inventory", pool, 6, hold(pool, 6))).isFalse();
        assertThat(ROOM.reserved(pool)).isEqualTo(6);
        ROOM.database.execute("update inventory.pools set reserved = 0 where id = ?", pool.id());
    }

    private static boolean whileAnotherTakes(String schema, Stockroom.Pool pool, int quantity, Piece piece)
        throws SQLException {
        try (Connection other = ROOM.database.connect()) {
            other.setAutoCommit(false);
            try (var take = other.prepareStatement("update " + schema + ".pools set reserved = reserved + ? "
                + "where id = ?")) {
                take.setLong(1, quantity);
                take.setObject(2, pool.id());
                take.executeUpdate();
            }
            CompletableFuture<Boolean> mine = CompletableFuture.supplyAsync(() -> runs(piece));
            Eventually.passes(() -> assertThat(ROOM.database.number("select count(*) from pg_stat_activity "
                + "where datname = current_database() and wait_event_type = 'Lock'")).isPositive());
            other.commit();
            return mine.join();
        }
    }

    @Test void without_the_state_a_reservation_is_sold_twice() {
        var pool = twin("piece", 10, 1);
        UUID id = ROOM.ids.next();
        Piece hold = Reservations.hold(id, "order:g", List.of(new Line(pool.variant(0), 2)), SOON, NOW);
        assertThat(runs(without(hold, "and l.free >= l.amount", "and l.free >= l.amount"))).isTrue();
        assertThat(runs(hold)).isTrue();
        Piece sell = Reservations.sell(id, "order:g", NOW, Refused.STALE);
        for (int i = 0; i < 2; i++) assertThat(runs(without(sell, "and state = 'held'", ""))).isTrue();
        assertThat(bare("on_hand", pool)).isEqualTo(6);
        assertThat(runs(sell)).isTrue();
        assertThat(runs(sell)).isFalse();
        assertThat(ROOM.onHand(pool)).isEqualTo(8);
    }

    @Test void without_the_state_a_reservation_is_freed_twice() {
        var pool = twin("piece", 10, 1);
        UUID id = ROOM.ids.next();
        runs(without(hold(pool, 5), "and l.free >= l.amount", "and l.free >= l.amount"));
        Piece hold = Reservations.hold(id, "order:g", List.of(new Line(pool.variant(0), 2)), SOON, NOW);
        runs(without(hold, "and l.free >= l.amount", "and l.free >= l.amount"));
        Piece free = Reservations.free(id, Reservation.State.RELEASED, NOW);
        for (int i = 0; i < 2; i++) runs(without(free, "and state = 'held'", ""));
        assertThat(bare("reserved", pool)).as("three promised too few").isEqualTo(3);
        runs(hold);
        assertThat(runs(free)).isTrue();
        assertThat(runs(free)).isFalse();
    }

    @Test void without_the_expiry_a_promise_lapses_before_its_time() {
        var pool = twin("piece", 10, 1);
        UUID id = ROOM.ids.next();
        runs(Reservations.hold(id, "order:g", List.of(new Line(pool.variant(0), 2)), SOON, NOW));
        assertThat(runs(Reservations.free(id, Reservation.State.LAPSED, NOW))).isFalse();
        assertThat(runs(Reservations.free(id, Reservation.State.LAPSED, SOON))).isTrue();
    }

    @Test void without_the_version_goods_come_back_twice() {
        var pool = twin("piece", 10, 1);
        UUID id = ROOM.ids.next();
        List<Line> lines = List.of(new Line(pool.variant(0), 4));
        runs(Reservations.take(id, "order:g", lines, NOW));
        Reservation sold = new Reservation(id, "order:g", Reservation.State.COMMITTED, SOON, 1);
        ROOM.database.execute("insert into bare.reservations select * from inventory.reservations where id = ?", id);
        Piece back = Restocks.some(sold, List.of(new Line(pool.variant(0), 1)), NOW);
        for (int i = 0; i < 2; i++) runs(without(back, "and version = :back_version", ""));
        assertThat(bare("on_hand", pool)).as("one wish, two pieces back").isEqualTo(12);
        assertThat(runs(back)).isTrue();
        assertThat(runs(back)).isFalse();
        assertThat(ROOM.onHand(pool)).isEqualTo(7);
    }

    @Test void without_the_check_a_late_payment_takes_what_is_gone() {
        var pool = twin("piece", 2, 1);
        UUID id = ROOM.ids.next();
        runs(Reservations.hold(id, "order:g", List.of(new Line(pool.variant(0), 2)), SOON, NOW));
        runs(Reservations.free(id, Reservation.State.RELEASED, NOW));
        ROOM.database.execute("insert into bare.reservations select * from inventory.reservations where id = ?", id);
        ROOM.database.execute("update bare.pools set reserved = 2 where id = ?", pool.id());
        runs(hold(pool, 2));
        Piece retake = Reservations.retake(new Reservation(id, "", Reservation.State.RELEASED, SOON, 1), NOW);
        assertThat(runs(without(retake, "and l.free >= l.amount", ""))).isTrue();
        assertThat(bare("on_hand - reserved", pool)).isEqualTo(-2);
        assertThat(runs(retake)).isFalse();
    }

    @Test void the_last_wall_is_a_constraint() {
        var pool = ROOM.pool("piece", 2, 1);
        assertThatThrownBy(() -> ROOM.database.execute("update inventory.pools set reserved = 3 where id = ?",
            pool.id())).rootCause().hasMessageContaining("pools_never_oversold");
        assertThatThrownBy(() -> ROOM.database.execute("update inventory.pools set reserved = -1 where id = ?",
            pool.id())).rootCause().hasMessageContaining("pools_never_oversold");
    }

    @Test void the_journal_is_only_ever_appended_to() {
        var pool = ROOM.pool("piece", 2, 1);
        assertThatThrownBy(() -> ROOM.database.execute("update inventory.movements set delta = 9 where pool_id = ?",
            pool.id())).rootCause().hasMessageContaining("appended");
        assertThatThrownBy(() -> ROOM.database.execute("delete from inventory.movements where pool_id = ?", pool.id()))
            .rootCause().hasMessageContaining("appended");
    }
}
