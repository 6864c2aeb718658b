package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The live story of orders on more nodes than one.
class TwoNodesTest {
    private final Shop shop = Shop.shared();
    private final Counter sweets = new Counter(shop, "sweets");

    private Answer placed() {
        return sweets.order("cod", sweets.goods("150.00 INR", 5), 1).expect(201);
    }

    private static String events(Answer placed) {
        return "orders/" + Counter.id(placed) + "/events";
    }

    /// Readers on two nodes hear the committed story exactly once; when one node goes, its readers go on at the other.
    @Test void readers_of_two_nodes_hear_everything_once_though_one_node_closes() {
        Shop second = shop.secondNode();
        List<Answer> orders = new ArrayList<>();
        List<List<String>> heard = new ArrayList<>();
        List<EventReader> readers = new ArrayList<>();
        Client admin = sweets.admin();
        for (int i = 0; i < 4 * Integer.getInteger("scale", 1); i++) {
            Answer placed = placed();
            orders.add(placed);
            heard.add(new ArrayList<>());
            Client node = second.client().with("X-Order-Token", placed.data().path("order_token").asString());
            readers.add(node.events(events(placed)));
        }
        readers.forEach(reader -> reader.await("order.confirmed"));
        for (Answer order : orders) admin.post("admin/orders/" + Counter.id(order) + "/pack", null).expect(200);
        second.close();
        for (Answer order : orders) admin.post("admin/orders/" + Counter.id(order) + "/ship", null).expect(200);
        for (int i = 0; i < orders.size(); i++) {
            EventReader first = readers.get(i);
            Eventually.holds("the closed node lets go", Duration.ofSeconds(30), first::ended);
            heard.get(i).addAll(first.events().stream().map(EventReader.Event::id).toList());
            try (EventReader next = sweets.holding(orders.get(i)).events(events(orders.get(i)), first.lastId())) {
                next.await("order.shipped");
                heard.get(i).addAll(next.events().stream().map(EventReader.Event::id).toList());
            }
            assertThat(heard.get(i)).containsExactly("1", "2", "3", "4");
        }
    }

    @Test void one_reader_has_so_many_streams_and_no_more() {
        try (Shop small = shop.secondNode("millrace.tracking.streams-per-reader", "2")) {
            Answer placed = placed();
            Client reader = small.client().with("X-Order-Token", placed.data().path("order_token").asString());
            List<EventReader> open = new ArrayList<>();
            for (int i = 0; i < 2; i++) open.add(reader.events(events(placed)));
            open.forEach(one -> one.await("order.confirmed"));
            Answer refused = reader.with("Accept", "text/event-stream").get(events(placed)).expect(429);
            assertThat(refused.header("Retry-After")).isNotNull();
            open.forEach(EventReader::close);
            Eventually.holds("the places are free again", () -> {
                try (EventReader again = reader.events(events(placed))) {
                    return again.status() == 200;
                }
            });
        }
    }
}
