package io.millrace.keys;

import static io.millrace.keys.Keyring.TOKENS;
import static io.millrace.keys.Keyring.id;
import static io.millrace.keys.Keyring.keys;
import static io.millrace.keys.Keyring.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// F013, P45, F177, ASVS 3.4.2, OWASP API2 and API5: pages and machines of a channel come with its keys, and only as
/// far as these reach.
class ChannelKeysTest {
    private static final String ORIGIN = "https://shop.example";

    private final Shop shop = Shop.shared();
    private final People people = new People(shop);
    private final Client client = shop.client();
    private final Client admin = people.admin();
    private final Keyring ring = new Keyring(shop, admin);

    private String key(String text) {
        return String.valueOf(shop.database().value("select id from keys.channel_keys where shown = ?", text));
    }

    @Test void a_publishable_key_picks_the_channel_and_nothing_else() {
        Answer made = ring.publishable("sweets");
        Client page = client.with("X-Publishable-Key", text(made));
        assertThat(page.get("/api/v1/checkout/shipping-methods").expect(200).text()).contains("INR");
        assertThat(client.get("/api/v1/checkout/shipping-methods").expect(200).text()).doesNotContain("INR");
        page.channel("sweets").get("/api/v1/checkout/shipping-methods").expect(200);
        assertThat(page.get("/api/checkout/shipping-methods").expect(200).text()).contains("INR");
        assertThat(page.channel("pecos").get("/api/v1/checkout/shipping-methods").expect(422).json().path("errors")
            .has("X-Channel")).isTrue();
        page.get("/api/v1/auth/me").expect(401);
        page.get("/api/v1/admin/orders").expect(401);
        assertThat(admin.get(keys("sweets")).expect(200).text()).contains(text(made));
        admin.delete(keys("sweets") + "/" + id(made)).expect(204);
        assertThat(page.get("/api/v1/products").expect(401).code()).isEqualTo("invalid_key");
        admin.delete(keys("sweets") + "/" + id(made)).expect(404);
        client.with("X-Publishable-Key", "pk_sweets_nonsense").get("/api/v1/products").expect(401);
    }

    @Test void a_publishable_key_that_was_taken_back_is_dead_soon_on_other_nodes_too() {
        try (Shop second = shop.secondNode()) {
            String key = text(ring.publishable("sweets"));
            Client page = second.client().with("X-Publishable-Key", key);
            Eventually.holds("the other node hears of a key, or reads it when it reads them all again",
                KnownKeys.KEPT.plusSeconds(5),
                () -> page.get("/api/v1/checkout/shipping-methods").status() == 200);
            admin.delete(keys("sweets") + "/" + key(key)).expect(204);
            Eventually.holds("the other node hears that it is gone", Duration.ofSeconds(5),
                () -> page.get("/api/v1/checkout/shipping-methods").status() == 401);
        }
    }

    @Test void a_secret_key_acts_by_its_scopes_in_its_channel_and_for_no_person() {
        Answer made = ring.secret("sweets", "ledger:read");
        Client erp = client.bearer(text(made));
        erp.get("/api/v1/admin/ledger/trial-balance").expect(200);
        assertThat(erp.get("/api/v1/checkout/shipping-methods").expect(200).text()).contains("INR");
        assertThat(erp.get("/api/checkout/shipping-methods").expect(200).text()).contains("INR");
        assertThat(erp.channel("pecos").get("/api/v1/checkout/shipping-methods").expect(422).code())
            .isEqualTo("invalid");
        assertThat(erp.get("/api/v1/admin/orders").expect(403).code()).isEqualTo("forbidden");
        assertThat(erp.get("/api/v1/auth/me").expect(403).code()).isEqualTo("person_required");
        assertThat(erp.get(TOKENS).expect(403).code()).isEqualTo("person_required");
        erp.with("X-Publishable-Key", text(ring.publishable("pecos"))).get("/api/v1/products").expect(401);
        assertThat(admin.get(keys("sweets")).expect(200).text()).contains(id(made)).doesNotContain(text(made));
        assertThat(shop.database().rows("select k::text from keys.channel_keys k where id = ?::uuid", id(made))
            .toString()).doesNotContain(text(made));
        admin.delete(keys("sweets") + "/" + id(made)).expect(204);
        erp.get("/api/v1/admin/ledger/trial-balance").expect(401);
    }

    @Test void who_may_not_make_keys_makes_none_and_a_key_is_of_one_kind() {
        for (Client no : List.of(ring.staff(), people.customer())) {
            no.get(keys("pecos")).expect(403);
            no.post(keys("pecos"), Map.of("kind", "secret", "name", "n")).expect(403);
        }
        client.get(keys("pecos")).expect(401);
        admin.get(keys("nowhere")).expect(404);
        Map<String, Object> wrong = new HashMap<>(Map.of("kind", "secret", "origins", List.of(ORIGIN), "scopes",
            List.of("*")));
        assertThat(admin.post(keys("pecos"), wrong).expect(422).json().path("errors").propertyNames())
            .containsExactlyInAnyOrder("name", "origins", "scopes[0]");
        for (String origin : List.of("*", "null", "https://*.shop.example", "http://shop.example", "shop.example",
            "https://shop.example/path"))
            assertThat(admin.post(keys("pecos"), Map.of("kind", "publishable", "name", "n", "origins", List.of(origin)))
                .expect(422).json().path("errors").has("origins[0]")).as(origin).isTrue();
    }

    private Answer preflight(String origin) {
        return client.with("Origin", origin).with("Access-Control-Request-Method", "GET")
            .with("Access-Control-Request-Headers", "x-publishable-key").send("OPTIONS", "/api/v1/products", null);
    }

    /// F177: an origin is allowed with its own key, not with another's, and not without.
    @Test void pages_read_answers_with_the_key_of_their_origin_only() {
        String mine = "https://" + UUID.randomUUID() + ".example";
        preflight(mine).expect(403);
        Answer made = ring.publishable("pecos", mine);
        String other = text(ring.publishable("pecos", "https://" + UUID.randomUUID() + ".example"));
        assertThat(preflight(mine).expect(204).header("Access-Control-Allow-Origin")).isEqualTo(mine);
        preflight(mine + ".evil.com").expect(403);

        Client page = client.with("Origin", mine);
        Answer read = page.with("X-Publishable-Key", text(made)).get("/api/v1/products").expect(200);
        assertThat(read.header("Access-Control-Allow-Origin")).isEqualTo(mine);
        assertThat(read.header("Access-Control-Allow-Credentials")).isNull();
        assertThat(page.get("/api/v1/products").expect(200).header("Access-Control-Allow-Origin")).isNull();
        Answer stolen = page.with("X-Publishable-Key", other).get("/api/v1/products").expect(403);
        assertThat(stolen.code()).isEqualTo("origin_not_allowed");
        assertThat(stolen.header("Access-Control-Allow-Origin")).isNull();
        client.with("X-Publishable-Key", text(made)).get("/api/v1/products").expect(200);
        client.with("Origin", shop.url()).with("X-Publishable-Key", text(made)).get("/api/v1/products").expect(200);
        client.with("Origin", "null").with("X-Publishable-Key", text(made)).get("/api/v1/products").expect(403);

        admin.put(keys("pecos") + "/" + id(made), Map.of("name", "web", "origins", List.of(ORIGIN))).expect(200);
        preflight(mine).expect(403);
        preflight(ORIGIN).expect(204);
        page.with("X-Publishable-Key", text(made)).get("/api/v1/products").expect(403);
        admin.delete(keys("pecos") + "/" + id(made)).expect(204);
        preflight(ORIGIN).expect(403);
    }

    @Test void preflights_and_wrong_keys_cost_no_look_into_the_database() {
        KnownKeys known = shop.bean(KnownKeys.class);
        known.reload().block();
        long before = known.readings();
        String origin = "https://" + UUID.randomUUID() + ".example";
        for (int i = 0; i < 50; i++) {
            preflight(origin).expect(403);
            client.with("X-Publishable-Key", KeyText.publishable("pecos", new byte[]{1, (byte) i}).value())
                .get("/api/v1/products").expect(401);
        }
        assertThat(known.readings() - before).isLessThanOrEqualTo(1);
    }

    /// Two machines with one idempotency key are two, and neither is a guest.
    @Test void a_key_has_a_drawer_of_its_own_for_idempotency_keys() {
        String key = UUID.randomUUID().toString();
        Client one = client.bearer(text(ring.secret("sweets", "channel:write"))).idempotencyKey(key);
        Client other = client.bearer(text(ring.secret("sweets", "channel:write"))).idempotencyKey(key);
        String path = "/api/v1/admin/channels/sweets/tax-rates/keyed";
        assertThat(one.put(path, Map.of("rate", "3")).expect(200).header("Idempotent-Replayed")).isNull();
        assertThat(other.put(path, Map.of("rate", "4")).expect(200).header("Idempotent-Replayed")).isNull();
        assertThat(one.put(path, Map.of("rate", "3")).expect(200).header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test void what_happens_to_keys_is_in_the_audit_without_their_text() {
        Answer made = ring.secret("pecos", "ledger:read");
        admin.delete(keys("pecos") + "/" + id(made)).expect(204);
        String told = shop.database().rows("select e::text from audit.entries e where object = ?",
            "channel_key:" + id(made)).toString();
        assertThat(told).contains("channel_key.make", "channel_key.revoke", "ledger:read")
            .doesNotContain(text(made));
    }
}
