package io.millrace.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What admins see of parked facts, and merchants of the event log.
class MessagingDoorsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String LETTERS = "/api/v1/admin/dead-letters";
    private final Shop shop = Rig.shared();
    private final Rig.Ears ears = shop.bean(Rig.Ears.class);

    private Client admin() {
        return shop.client().bearer(shop.client().post("/api/v1/auth/login", Map.of("email", "admin@example.com",
            "password", "millrace-admin")).expect(200).data().path("access_token").asString());
    }

    @AfterEach void swallow() {
        ears.chokes = fact -> false;
        shop.database().execute("delete from messaging.dead_letters");
    }

    private List<JsonNode> parked(Client admin, int count) {
        List<JsonNode> letters = new ArrayList<>();
        Eventually.holds(count + " parked", () -> {
            letters.clear();
            admin.get(LETTERS + "?per_page=100&consumer=" + Rig.CONSUMER).expect(200).data().forEach(letters::add);
            return letters.size() == count;
        });
        return letters;
    }

    /// Guard: the look for a NUL in queries; PostgreSQL takes none, which would be a 500 (found by R10).
    @Test void a_filter_that_no_text_can_match_is_refused_by_name() {
        Client admin = admin();
        for (String query : List.of("dead-letters?consumer=a%00b", "orders?status=%00", "orders?number=x%00"))
            assertThat(admin.get("/api/v1/admin/" + query).expect(422).json().path("errors")
                .has(query.substring(query.indexOf('?') + 1, query.indexOf('=')))).as(query).isTrue();
    }

    @Test void an_admin_lists_replays_and_discards_what_was_parked() {
        ears.chokes = fact -> fact.aggregate().startsWith("door:");
        for (int i = 0; i < 2; i++) Rig.tick(shop, "door:a", "n" + i).block(LONG);
        Rig.tick(shop, "door:b", "n").block(LONG);
        Client admin = admin();
        List<JsonNode> letters = parked(admin, 3);
        JsonNode first = letters.stream().filter(letter -> letter.path("aggregate").asString().equals("door:a")
            && letter.path("version").asLong() == 1).findFirst().orElseThrow();
        assertThat(first.path("payload").path("note").asString()).isEqualTo("n0");
        String id = first.path("id").asString();

        admin.get(LETTERS + "/" + id).expect(200);
        assertThat(admin.post(LETTERS + "/" + id + "/replay", null).expect(409).code()).isEqualTo("still_failing");
        ears.chokes = fact -> fact.aggregate().equals("door:b");
        admin.post(LETTERS + "/" + id + "/replay", null).expect(200);
        Eventually.holds("both heard", () -> Rig.heard(shop, "door:a") == 2);

        String other = parked(admin, 1).getFirst().path("id").asString();
        admin.post(LETTERS + "/replay", Map.of("consumer", Rig.CONSUMER)).expect(200);
        admin.delete(LETTERS + "/" + other).expect(204);
        admin.delete(LETTERS + "/" + other).expect(404);
        admin.get(LETTERS + "/nonsense").expect(404);
        admin.post(LETTERS + "/" + other + "/replay", null).expect(404);
        admin.get(LETTERS + "?per_page=1000").expect(422);
        admin.post(LETTERS + "/replay", Map.of()).expect(422);
        assertThat(Rig.heard(shop, "door:b")).isZero();
        shop.database().execute("delete from messaging.facts where aggregate = 'door:b'");
    }

    @Test void the_event_log_is_read_by_cursor_and_streamed_by_line() {
        for (int i = 0; i < 5; i++) Rig.tick(shop, "door:log", "n" + i).block(LONG);
        Client admin = admin();
        List<String> seen = new ArrayList<>();
        String cursor = "0";
        while (true) {
            var page = admin.get("/api/v1/events?limit=3&after=" + cursor).expect(200).json();
            if (page.path("data").isEmpty()) break;
            page.path("data").forEach(event -> seen.add(event.path("position").asString()));
            cursor = page.path("pagination").path("next_cursor").asString();
        }
        List<String> all = shop.database().rows("select position::text as p from messaging.facts order by position")
            .stream().map(row -> String.valueOf(row.get("p"))).toList();
        assertThat(seen).isEqualTo(all);
        String lines = admin.with("Accept", "application/x-ndjson").get("/api/v1/events").expect(200).text();
        assertThat(lines.lines().count()).isEqualTo(all.size());
        admin.get("/api/v1/events?limit=1001").expect(422);
        admin.get("/api/v1/events?after=x").expect(422);
    }

    @Test void the_metrics_tell_how_far_publishing_is_behind() {
        Eventually.holds("measured", () -> {
            String metrics = shop.client().get("/actuator/prometheus").text();
            return List.of("millrace_outbox_facts", "millrace_outbox_age_seconds", "millrace_relay_published_total",
                "millrace_relay_leader", "millrace_dead_letters", "millrace_facts_heard_total").stream()
                .allMatch(metrics::contains);
        });
    }
}
