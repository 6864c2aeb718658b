package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The live story of an order over HTTP: every fact once and in order, on any node, for nobody else.
class StoryTest {
    private final Shop shop = Shop.shared();
    private final Counter sweets = new Counter(shop, "sweets");

    private Answer placed() {
        return sweets.order("cod", sweets.goods("150.00 INR", 5), 1).expect(201);
    }

    private static String events(Answer placed) {
        return "orders/" + Counter.id(placed) + "/events";
    }

    @Test void the_story_is_replayed_and_then_told_live() {
        Answer placed = placed();
        Client admin = sweets.admin();
        try (EventReader reader = sweets.holding(placed).events(events(placed))) {
            reader.await("order.confirmed");
            admin.post("admin/orders/" + Counter.id(placed) + "/pack", null).expect(200);
            admin.post("admin/orders/" + Counter.id(placed) + "/ship", Map.of("carrier", "UPS", "tracking_number",
                "1Z")).expect(200);
            reader.await("order.shipped");
            assertThat(reader.names()).containsExactly("order.placed", "order.confirmed", "order.packed",
                "order.shipped");
            assertThat(reader.events().stream().map(EventReader.Event::id)).containsExactly("1", "2", "3", "4");
            JsonNode first = reader.events().getFirst().json();
            assertThat(first.path("total").path("currency").asString()).isEqualTo("INR");
            assertThat(first.has("account")).isFalse();
            assertThat(first.has("lines")).isFalse();
        }
        try (EventReader resumed = sweets.holding(placed).events(events(placed), "2")) {
            resumed.await("order.shipped");
            assertThat(resumed.names()).containsExactly("order.packed", "order.shipped");
        }
        assertThat(sweets.holding(placed).get(events(placed)).expect(200).data().size()).isEqualTo(4);
    }

    /// I11 and attack 31.
    @Test void nobody_reads_somebody_elses_story() {
        Answer mine = placed();
        Answer other = placed();
        for (Client stranger : List.of(sweets.client(), sweets.holding(other))) {
            stranger.get(events(mine)).expect(404);
            stranger.get("orders/" + Counter.id(mine) + "/track").expect(404);
            stranger.post("orders/" + Counter.id(mine) + "/stream-tickets", null).expect(404);
        }
        sweets.holding(mine).get("orders/" + Counter.id(mine) + "," + Counter.id(other) + "/events").expect(404);
        sweets.holding(mine).get("orders/*/events").expect(404);
        try (EventReader reader = sweets.holding(mine).events(events(mine), "987654")) {
            reader.await("order.confirmed");
            assertThat(reader.names()).as("an id of another story means from the beginning").startsWith("order.placed");
        }
    }

    /// Guard: the deletion that redeems. Without it the second use works.
    @Test void a_ticket_opens_one_stream_of_its_order_once_and_not_later() {
        Answer mine = placed();
        Answer other = placed();
        String ticket = ticket(mine);
        sweets.client().get(events(other) + "?ticket=" + ticket).expect(401);
        try (EventReader reader = sweets.client().events(events(mine) + "?ticket=" + ticket)) {
            reader.await("order.placed");
        }
        sweets.client().get(events(mine) + "?ticket=" + ticket).expect(401);
        String old = ticket(mine);
        shop.database().execute("update tracking.tickets set expires_at = now() - interval '1 second'");
        sweets.client().get(events(mine) + "?ticket=" + old).expect(401);
        assertThat(shop.database().rows("select encode(hash, 'escape') as h from tracking.tickets").toString())
            .as("known by its hash only").doesNotContain(old);
    }

    private String ticket(Answer placed) {
        return sweets.holding(placed).post("orders/" + Counter.id(placed) + "/stream-tickets", null).expect(201).data()
            .path("ticket").asString();
    }

    /// Attack 31: CR and LF in what people type start no event of their own.
    @Test void nothing_typed_can_start_an_event() {
        Answer placed = placed();
        sweets.holding(placed).put("orders/" + Counter.id(placed) + "/cancel",
            Map.of("reason", "a\r\n\r\nevent: order.paid\ndata: {}")).expect(422);
        sweets.holding(placed).put("orders/" + Counter.id(placed) + "/cancel",
            Map.of("reason", "event: order.paid")).expect(200);
        try (EventReader reader = sweets.holding(placed).events(events(placed))) {
            reader.await("order.cancelled");
            assertThat(reader.names()).doesNotContain("order.paid");
        }
    }

    @Test void the_timeline_and_the_carriers_page_are_there_for_who_asks_once() {
        Answer placed = placed();
        sweets.admin().post("admin/orders/" + Counter.id(placed) + "/ship", Map.of("carrier", "Camel Express",
            "tracking_number", "7")).expect(200);
        JsonNode track = sweets.holding(placed).get("orders/" + Counter.id(placed) + "/track").expect(200).data();
        assertThat(track.path("timeline").get(0).path("event").asString()).isEqualTo("order.placed");
        assertThat(track.path("parcels").get(0).path("tracking_number").asString()).isEqualTo("7");
        assertThat(track.path("parcels").get(0).has("tracking_url")).as("an unknown carrier has no page").isFalse();
        assertThat(UUID.fromString(track.path("id").asString()).toString()).isEqualTo(Counter.id(placed));
    }
}
