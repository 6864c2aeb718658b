package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Json;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Recorded;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrossingsTest {
    private final Stockroom room = new Stockroom(Shop.shared());
    private final Inventory inventory = room.inventory;
    private final Instant soon = Instant.now().plus(Duration.ofMinutes(15));

    @Test void a_pool_speaks_at_its_crossings_and_only_there() {
        var pool = room.poolLowAt(500, "gram", 2_000, 100, 250);
        var first = room.ids.next();
        room.run(inventory.reserve(first, "order:1", List.of(new Line(pool.variant(0), 14)), soon));
        assertThat(story(pool)).isEmpty();
        var second = room.ids.next();
        room.run(inventory.reserve(second, "order:2", List.of(new Line(pool.variant(0), 1)), soon));
        assertThat(story(pool)).containsExactly("StockLow");
        room.run(inventory.commit(second, "order:2"));
        assertThat(story(pool)).containsExactly("StockLow");
        room.run(inventory.takeNow(room.ids.next(), "order:3", List.of(new Line(pool.variant(1), 2))));
        assertThat(story(pool)).containsExactly("StockLow", "StockOut");
        room.run(inventory.release(first, "order:1"));
        assertThat(story(pool)).containsExactly("StockLow", "StockOut", "StockIn");
        room.run(inventory.takeNow(room.ids.next(), "order:4", List.of(new Line(pool.variant(0), 10))));
        room.run(inventory.restock(room.wait(inventory.reservation(second))));
        assertThat(story(pool)).containsExactly("StockLow", "StockOut", "StockIn", "StockLow");
    }

    @Test void a_pool_is_out_of_stock_when_less_is_left_than_its_smallest_variant_takes() {
        var pool = room.pool("gram", 260, 100, 250);
        room.run(inventory.takeNow(room.ids.next(), "order:5", List.of(new Line(pool.variant(0), 2))));
        assertThat(story(pool)).containsExactly("StockOut");
    }

    @Test void a_crossing_that_was_rolled_back_was_never_told() {
        var pool = room.pool("piece", 2, 1);
        var empty = room.pool("piece", 0, 1);
        assertThat(room.run(inventory.takeNow(room.ids.next(), "order:6", List.of(new Line(pool.variant(0), 2),
            new Line(empty.variant(0), 1))))).isEqualTo("out_of_stock");
        assertThat(story(pool)).isEmpty();
    }

    @Test void what_sql_tells_is_what_the_records_say() {
        var pool = room.poolLowAt(1, "piece", 2, 1);
        room.run(inventory.takeNow(room.ids.next(), "order:7", List.of(new Line(pool.variant(0), 2))));
        room.database.execute("update inventory.pools set on_hand = 1, changed_at = now() where id = ?", pool.id());
        room.database.execute("update inventory.pools set on_hand = 2, changed_at = now() where id = ?", pool.id());
        room.database.execute("update inventory.pools set on_hand = 1, changed_at = now() where id = ?", pool.id());
        List<Recorded> told = room.wait(room.shop.bean(Messaging.class).history("pool:" + pool.id(), 0).collectList());
        assertThat(told).extracting(Recorded::type).containsExactly("inventory.StockOut", "inventory.StockIn",
            "inventory.StockEnough", "inventory.StockLow");
        List<InventoryEvent> facts = List.of(read(told.get(0), InventoryEvent.StockOut.class),
            read(told.get(1), InventoryEvent.StockIn.class), read(told.get(2), InventoryEvent.StockEnough.class),
            read(told.get(3), InventoryEvent.StockLow.class));
        for (int i = 0; i < facts.size(); i++) {
            assertThat(facts.get(i).id()).isEqualTo(told.get(i).id());
            assertThat(facts.get(i).aggregate()).isEqualTo(told.get(i).aggregate());
            assertThat(facts.get(i).type()).isEqualTo(told.get(i).type());
            assertThat(facts.get(i).version()).isEqualTo(told.get(i).version());
            assertThat(facts.get(i).at()).isEqualTo(told.get(i).at());
        }
        assertThat(facts.get(1)).isEqualTo(new InventoryEvent.StockIn(told.get(1).id(), pool.id(), pool.product(), 1,
            true, 2, told.get(1).at()));
        room.database.execute("update inventory.pools set on_hand = 0 where id = ?", pool.id());
    }

    private List<String> story(Stockroom.Pool pool) {
        return room.story("pool:" + pool.id());
    }

    private static <T extends InventoryEvent> InventoryEvent read(Recorded recorded, Class<T> type) {
        return Json.OURS.readValue(recorded.payload(), type);
    }
}
