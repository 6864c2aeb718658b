package io.millrace.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Shop;
import io.millrace.testing.Wares;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Imports over HTTP: per-line results, a run that breaks off and goes on, its story live.
class ImportDoorsTest {
    private static final String HEADER = "Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Status\n";
    private static final int MORE_THAN_A_BATCH = 230;
    private final Client admin = new Wares(Shop.shared()).admin().channel("pecos").checked();
    private final String mark = UUID.randomUUID().toString().substring(0, 8);

    @Test void a_run_that_broke_off_goes_on_with_the_same_file_and_tells_its_story() {
        StringBuilder rows = new StringBuilder(HEADER);
        for (int i = 0; i < MORE_THAN_A_BATCH; i++) rows.append(row("g" + i, i == 7 ? "1.234" : "5.00"));
        JsonNode broken = summary(csv("", rows + "last-" + mark + ",\"" + "x".repeat(3 * 1024 * 1024)));
        assertThat(broken.path("status").asString()).isEqualTo("interrupted");
        assertThat(broken.path("reason").asString()).contains("line ");
        String run = broken.path("import_id").asString();
        assertThat(broken.path("line").asLong()).as("the first batch is in").isPositive()
            .isLessThan(MORE_THAN_A_BATCH);

        admin.channel("sweets").with("Content-Type", "text/csv")
            .post("admin/imports/products?resume=" + run, HEADER).expect(422);
        csv("?resume=" + UUID.randomUUID(), HEADER).expect(422);
        csv("?resume=x", HEADER).expect(422);
        JsonNode done = summary(csv("?resume=" + run, rows + row("last", "6.00")));
        assertThat(done.path("import_id").asString()).isEqualTo(run);
        assertThat(done.path("status").asString()).isEqualTo("done");
        assertThat(done.path("tally").path("created").asLong()).as("each line counts once")
            .isEqualTo(MORE_THAN_A_BATCH);
        assertThat(done.path("tally").path("refused").asLong()).isEqualTo(1);
        csv("?resume=" + run, HEADER).expect(422);

        assertThat(admin.get("admin/imports/" + run).expect(200).data().path("status").asString()).isEqualTo("done");
        assertThat(admin.get("admin/imports").expect(200).text()).contains(run);
        Answer refusals = admin.get("admin/imports/" + run + "/refusals").expect(200);
        assertThat(refusals.data().get(0).path("line").asLong()).isEqualTo(9);
        assertThat(refusals.text()).contains("Variant Price");
        assertThat(admin.get("admin/imports/" + run + "/refusals?after=9").expect(200).data().size()).isZero();

        try (EventReader whole = admin.events("admin/imports/" + run)) {
            whole.await("import.ended");
            assertThat(whole.names()).startsWith("import.started").endsWith("import.ended");
            List<EventReader.Event> all = whole.events();
            try (EventReader rest = admin.events("admin/imports/" + run, all.get(1).id())) {
                rest.await("import.ended");
                assertThat(rest.events()).isEqualTo(all.subList(2, all.size()));
            }
        }
    }

    @Test void what_is_no_catalogue_is_refused_for_what_it_is() {
        admin.with("Content-Type", "application/pdf").post("admin/imports/products", "%PDF").expect(415);
        Answer strange = csv("", "Name,Colour\nBoots,brown\n").expect(200);
        assertThat(strange.text()).contains("neither Shopify's").contains("\"outcome\":\"refused\"");
        for (String none : List.of("admin/imports/" + UUID.randomUUID(), "admin/imports/x",
            "admin/imports/" + UUID.randomUUID() + "/refusals")) admin.get(none).expect(404);
        Shop.shared().client().get("admin/imports").expect(401);
    }

    @Test void lines_of_json_come_in_and_the_same_lines_again_change_nothing() {
        String lines = "{\"external_key\":\"" + mark + "\",\"name\":\"Line " + mark + "\",\"sku\":\"" + mark
            + "\",\"price\":\"4.00\",\"stock\":3,\"status\":\"active\"}\n{\"name\":\"Typo\",\"colour\":\"red\"}\n";
        assertThat(summary(ndjson(lines)).path("tally").path("created").asLong()).isEqualTo(1);
        assertThat(summary(ndjson(lines)).path("tally").path("unchanged").asLong()).isEqualTo(1);
        JsonNode moved = summary(ndjson(lines.replace("4.00", "4.50")));
        assertThat(moved.path("tally").path("changed").asLong()).isEqualTo(1);
        assertThat(moved.path("tally").path("refused").asLong()).isEqualTo(1);
    }

    private String row(String handle, String price) {
        return handle + "-" + mark + ",Goods " + handle + " " + mark + ",S-" + handle + "-" + mark + "," + price
            + ",5,active\n";
    }

    private Answer csv(String query, String text) {
        return admin.with("Content-Type", "text/csv").post("admin/imports/products" + query, text);
    }

    private Answer ndjson(String text) {
        return admin.with("Content-Type", "application/x-ndjson").post("admin/imports/products", text);
    }

    private static JsonNode summary(Answer answer) {
        String[] lines = answer.expect(200).text().strip().split("\n");
        return JsonMapper.shared().readTree(lines[lines.length - 1]);
    }
}
