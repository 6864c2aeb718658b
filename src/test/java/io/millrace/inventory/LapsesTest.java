package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LapsesTest {
    private final Stockroom room = new Stockroom(Shop.shared());
    private final Lapses lapses = room.shop.bean(Lapses.class);

    @Test void a_promise_lapses_when_its_time_is_over_and_not_before() {
        var pool = room.pool("piece", 5, 1);
        UUID late = reserved(pool, 2, Instant.now().minusSeconds(1));
        UUID early = reserved(pool, 1, Instant.now().plus(Duration.ofMinutes(10)));
        room.wait(lapses.sweep());
        assertThat(room.state(late)).isEqualTo("lapsed");
        assertThat(room.state(early)).isEqualTo("held");
        assertThat(room.reserved(pool)).isEqualTo(1);
        assertThat(room.story("reservation:" + late)).containsExactly("ReservationLapsed");
        assertThat(room.run(room.inventory.commit(late, "test:l"))).isEqualTo("stale");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void a_payment_that_comes_between_the_time_and_the_sweep_still_gets_the_goods() {
        var pool = room.pool("piece", 5, 1);
        UUID late = reserved(pool, 2, Instant.now().plus(Duration.ofMinutes(1)));
        room.database.execute("update inventory.reservations set expires_at = now() where id = ?", late);
        if (room.run(room.inventory.commit(late, "test:l")) != null) return; // the sweep of the shop itself was faster
        room.wait(lapses.sweep());
        assertThat(room.state(late)).isEqualTo("committed");
        assertThat(room.contradictions()).isEmpty();
    }

    @Test void the_sweep_comes_by_itself() {
        var pool = room.pool("piece", 5, 1);
        UUID late = reserved(pool, 2, Instant.now());
        Eventually.passes(() -> assertThat(room.state(late)).isEqualTo("lapsed"));
    }

    @Test void goods_kept_for_orders_that_never_came_are_free_again() {
        try (Node node = new Node(room.shop, Node.ALWAYS_BATCHED, 2)) {
            var pool = room.pool("piece", 3, 1);
            List<Line> two = List.of(new Line(pool.variant(0), 2));
            Holding.Held held = (Holding.Held) room.wait(node.inventory.hold("order:never", two, soon()));
            assertThat(room.reserved(pool)).isEqualTo(2);
            room.wait(node.reservations.freeOrphans(Instant.now(), 100));
            assertThat(room.reserved(pool)).isEqualTo(2);
            room.wait(node.reservations.freeOrphans(Instant.now().plusSeconds(61), 100));
            assertThat(room.reserved(pool)).isZero();
            assertThat(room.run(held.stocking())).isEqualTo("hold_lapsed");
            Holding.Held again = (Holding.Held) room.wait(node.inventory.hold("order:refused", two, soon()));
            node.inventory.letGo(again).block();
            assertThat(room.reserved(pool)).isZero();
            assertThat(room.contradictions()).isEmpty();
        }
    }

    private UUID reserved(Stockroom.Pool pool, int quantity, Instant until) {
        UUID id = room.ids.next();
        assertThat(room.run(room.inventory.reserve(id, "test:l", List.of(new Line(pool.variant(0), quantity)), until)))
            .isNull();
        return id;
    }

    private static Instant soon() {
        return Instant.now().plus(Duration.ofMinutes(15));
    }
}
