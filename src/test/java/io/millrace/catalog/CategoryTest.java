package io.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// A tree stays a tree, whoever moves its branches at the same time.
class CategoryTest {
    private final Shop shop = Shop.shared();
    private final Client admin = shop.client().channel("ebuildify").bearer(shop.client().post("/api/v1/auth/login",
        Map.of("email", "admin@example.com", "password", "millrace-admin")).expect(200).data().path("access_token")
        .asString());
    private final String mark = UUID.randomUUID().toString().substring(0, 8);

    @Test void a_category_cannot_stand_below_itself() {
        String top = make("Top", null);
        String middle = make("Middle", top);
        String leaf = make("Leaf", middle);
        Answer refused = put(top, "Top", leaf).expect(422);
        assertThat(refused.json().path("errors").has("parent_id")).isTrue();
        put(top, "Top", top).expect(422);
        put(leaf, "Leaf", top).expect(200);
        assertThat(paths(leaf)).isEqualTo(2);
    }

    /// Guard: the version of every ancestor is checked under a share lock in the write itself. Without it two moves at
    /// once, each right by itself, tie a knot.
    @Test void two_moves_at_once_never_tie_a_knot() {
        for (int round = 0; round < 15; round++) {
            String one = make("One" + round, null);
            String two = make("Two" + round, null);
            String under = make("Under" + round, two);
            int place = round;
            List<CompletableFuture<Answer>> moves = List.of(
                CompletableFuture.supplyAsync(() -> put(one, "One" + place, under)),
                CompletableFuture.supplyAsync(() -> put(two, "Two" + place, one)));
            assertThat(moves.stream().map(CompletableFuture::join).map(Answer::status))
                .containsExactlyInAnyOrder(200, 422);
            assertThat(shop.database().number("""
                select count(*) from catalog.categories c left join catalog.categories p on p.id = c.parent_id
                 where c.channel = 'ebuildify' and c.path <> coalesce(p.path, '{}') || c.id""")).isZero();
        }
    }

    /// Guard: the constraint `categories_no_cycle`.
    @Test void the_table_itself_refuses_a_knot() {
        UUID id = UUID.fromString(make("Knot", null));
        assertThatThrownBy(() -> shop.database().execute(
            "update catalog.categories set parent_id = id, path = array[id, id] where id = ?", id))
            .rootCause().hasMessageContaining("categories_no_cycle");
    }

    @Test void a_moved_branch_takes_its_leaves_along_and_a_used_category_stays() {
        String from = make("From", null);
        String branch = make("Branch", from);
        String leaf = make("Twig", branch);
        put(branch, "Branch", null).expect(200);
        assertThat(paths(leaf)).isEqualTo(2);
        assertThat(admin.delete("/api/v1/categories/" + branch).expect(409).code()).isEqualTo("category_in_use");
        admin.delete("/api/v1/categories/" + leaf).expect(204);
        admin.delete("/api/v1/categories/" + branch).expect(204);
        admin.get("/api/v1/categories/" + branch).expect(404);
    }

    @Test void a_stale_if_match_and_a_taken_slug_are_refused() {
        Answer made = admin.post("/api/v1/categories", Map.of("name", "Tagged " + mark)).expect(201);
        String path = "/api/v1/categories/" + made.data().path("id").asString();
        Client tagged = admin.with("If-Match", String.valueOf(made.header("ETag")));
        tagged.put(path, Map.of("name", "Renamed " + mark)).expect(200);
        tagged.put(path, Map.of("name", "Lost " + mark)).expect(412);
        admin.post("/api/v1/categories", Map.of("name", "x", "slug", made.data().path("slug").asString())).expect(422);
        assertThat(admin.get(path).expect(200).data().path("name").asString()).isEqualTo("Renamed " + mark);
    }

    private String make(String name, @org.jspecify.annotations.Nullable String parent) {
        return admin.post("/api/v1/categories", body(name, parent)).expect(201).data().path("id").asString();
    }

    private Answer put(String id, String name, @org.jspecify.annotations.Nullable String parent) {
        return admin.put("/api/v1/categories/" + id, body(name, parent));
    }

    private Map<String, Object> body(String name, @org.jspecify.annotations.Nullable String parent) {
        return parent == null ? Map.of("name", name + " " + mark) : Map.of("name", name + " " + mark, "parent_id",
            parent);
    }

    private long paths(String id) {
        return shop.database().number("select cardinality(path) from catalog.categories where id = ?",
            UUID.fromString(id));
    }
}
