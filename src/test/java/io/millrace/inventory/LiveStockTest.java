package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveStockTest {
    private final Stockroom room = new Stockroom(Shop.shared());

    @Test void a_shopper_sees_the_stock_now_and_every_crossing_after() {
        var pool = room.poolLowAt(300, "gram", 1_000, 100, 250);
        try (EventReader reader = room.shop.client().events("products/" + pool.product() + "/stock")) {
            Eventually.passes(() -> assertThat(levels(reader)).containsExactly("in_stock"));
            var id = room.ids.next();
            room.run(room.inventory.reserve(id, "test:s", List.of(new Line(pool.variant(1), 3)),
                Instant.now().plus(Duration.ofMinutes(5))));
            Eventually.passes(() -> assertThat(levels(reader)).containsExactly("in_stock", "low_stock"));
            room.run(room.inventory.takeNow(room.ids.next(), "test:t", List.of(new Line(pool.variant(0), 2))));
            Eventually.passes(() -> assertThat(levels(reader)).endsWith("out_of_stock"));
            room.run(room.inventory.release(id, "test:s"));
            Eventually.passes(() -> assertThat(levels(reader)).endsWith("in_stock"));
        }
        assertThat(room.shop.client().with("Accept", "text/event-stream")
            .get("products/" + room.ids.next() + "/stock").status()).isEqualTo(404);
    }

    private static List<String> levels(EventReader reader) {
        return reader.events().stream().map(event -> event.json().path("level").asString()).toList();
    }
}
