package io.millrace.keys;

import static io.millrace.keys.Keyring.TOKENS;
import static io.millrace.keys.Keyring.id;
import static io.millrace.keys.Keyring.keys;
import static io.millrace.keys.Keyring.text;
import static io.millrace.keys.Keyring.token;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.EventReader;
import io.millrace.testing.Eventually;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// F012, ASVS 8.3 and 10, OWASP API2 and API5: a person's machine comes with a token of his, and only as far as he
/// said.
class TokensTest {
    private final Shop shop = Shop.shared();
    private final People people = new People(shop);
    private final Client client = shop.client();
    private final Client admin = people.admin();
    private final Keyring ring = new Keyring(shop, admin);

    private Client with(Answer made) {
        return client.bearer(made.data().path("token").asString());
    }

    @Test void a_token_is_shown_once_kept_as_a_hash_and_does_what_its_scopes_say() {
        Client owner = ring.staff();
        Answer made = token(owner, "ledger:read", "self:read");
        String text = made.data().path("token").asString();
        assertThat(text).startsWith("mrp_");
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        assertThat(owner.get(TOKENS).expect(200).text()).contains(id(made), text.substring(text.length() - 4))
            .doesNotContain(text);
        assertThat(shop.database().rows("select t::text from keys.tokens t where id = ?::uuid", id(made)).toString())
            .doesNotContain(text);
        assertThat(shop.database().number("select count(*) from keys.tokens where hash = ?",
            (Object) new KeyText(text).hash())).isOne();

        with(made).get("/api/v1/admin/ledger/trial-balance").expect(200);
        assertThat(with(made).get("/api/v1/admin/orders").expect(403).code()).isEqualTo("forbidden");
        assertThat(with(made).get("/api/v1/auth/me").expect(200).data().path("permissions").toString())
            .isEqualTo("[\"ledger:read\",\"self:read\"]");
    }

    @Test void nobody_gives_a_token_what_he_may_not_himself_nor_everything() {
        for (String scope : List.of("ledger:read", "key:write", "*", "order:*", "nonsense"))
            assertThat(people.customer().post(TOKENS, Map.of("name", "n", "scopes", List.of(scope))).expect(422).json()
                .path("errors").has("scopes[0]")).isTrue();
        assertThat(admin.post(TOKENS, Map.of("name", "n", "scopes", List.of("*"))).expect(422).code())
            .isEqualTo("invalid");
        Answer ends = admin.post(TOKENS, Map.of("name", " ", "expires_at", "2020-01-01T00:00:00Z")).expect(422);
        assertThat(ends.json().path("errors").propertyNames()).containsExactlyInAnyOrder("name", "expires_at");
        admin.post(TOKENS, Map.of("name", "n", "expires_at", Instant.now().plus(Duration.ofDays(400)).toString()))
            .expect(422);
    }

    /// ASVS 8.2.1: what is its person's own is open to a machine only when he said so, reading and writing apart.
    @Test void a_token_acts_for_its_person_only_as_far_as_he_said() {
        Client owner = people.customer();
        assertThat(with(token(owner)).get("/api/v1/auth/me").expect(403).code()).isEqualTo("forbidden");
        Client reader = with(token(owner, "self:read"));
        reader.get("/api/v1/auth/me").expect(200);
        reader.get("/api/v1/orders").expect(200);
        assertThat(reader.put("/api/v1/user/settings", Map.of()).expect(403).code()).isEqualTo("forbidden");
        Client writer = with(token(owner, "self:write"));
        writer.get("/api/v1/orders").expect(403);
        assertThat(writer.put("/api/v1/user/settings", Map.of()).status()).isNotEqualTo(403);
        // where a guest may ask, such a token is no more than one
        with(token(owner)).get("/api/v1/products").expect(200);
        with(token(owner)).get("/api/v1/payments").expect(401);
        reader.get("/api/v1/payments").expect(200);
        assertThat(admin.post(keys("pecos"), Map.of("kind", "secret", "name", "n", "scopes", List.of("self:read")))
            .expect(422).json().path("errors").has("scopes[0]")).isTrue();
    }

    /// A stolen token must not make itself at home: it makes no tokens, sees none, ends none.
    @Test void a_token_opens_nothing_that_is_for_its_person_alone() {
        Answer made = token(admin, "key:write");
        Client machine = with(made);
        for (Answer refused : List.of(machine.get(TOKENS), machine.post(TOKENS, Map.of("name", "more")),
            machine.delete(TOKENS + "/" + id(made)), machine.post("/api/v1/auth/2fa/setup", Map.of("password", "x")),
            machine.post("/api/v1/auth/2fa/disable", Map.of("password", "x", "code", "123456")),
            machine.post(keys("pecos"), Map.of("kind", "secret", "name", "more"))))
            assertThat(refused.expect(403).code()).as(refused.request()).isEqualTo("person_required");
        machine.post("/api/v1/auth/2fa/challenge", Map.of("code", "123456")).expect(401);
    }

    @Test void a_token_that_was_taken_back_is_dead_at_once_here_and_soon_elsewhere() {
        Client owner = ring.staff();
        Answer made = token(owner, "ledger:read");
        try (Shop second = shop.secondNode()) {
            Client there = second.client().bearer(made.data().path("token").asString());
            there.get("/api/v1/admin/ledger/trial-balance").expect(200);
            with(made).get("/api/v1/admin/ledger/trial-balance").expect(200);
            owner.delete(TOKENS + "/" + id(made)).expect(204);
            assertThat(with(made).get("/api/v1/admin/ledger/trial-balance").expect(401).code())
                .isEqualTo("invalid_token");
            Eventually.holds("the other node hears of it", Duration.ofSeconds(5),
                () -> there.get("/api/v1/admin/ledger/trial-balance").status() == 401);
        }
        owner.delete(TOKENS + "/" + id(made)).expect(404);
    }

    /// Attacks 25 and 31: what a token opened closes with it.
    @Test void a_live_stream_of_a_token_closes_within_five_seconds_after_it_was_taken_back() {
        Client owner = people.customer();
        Answer made = token(owner, "self:read");
        try (EventReader mine = with(made).events("/api/v1/probe/events/keys");
            EventReader others = owner.events("/api/v1/probe/events/keys")) {
            owner.delete(TOKENS + "/" + id(made)).expect(204);
            Eventually.holds("the stream is closed", Duration.ofSeconds(5), mine::ended);
            assertThat(others.ended()).isFalse();
        }
    }

    @Test void somebody_elses_token_is_one_that_is_not_there() {
        Answer made = token(admin, "self:read");
        for (String id : List.of(id(made), UUID.randomUUID().toString(), "1"))
            assertThat(people.customer().delete(TOKENS + "/" + id).expect(404).code()).isEqualTo("not_found");
        with(made).get("/api/v1/auth/me").expect(200);
        client.get(TOKENS).expect(401);
    }

    @Test void an_expired_token_and_one_of_a_suspended_owner_are_not_good() {
        Answer old = token(ring.staff(), "ledger:read");
        shop.database().execute("update keys.tokens set expires_at = now() where id = ?::uuid", id(old));
        with(old).get("/api/v1/auth/me").expect(401);
        Answer orphan = token(ring.staff(), "ledger:read");
        shop.database().execute("update identity.accounts set status = 'SUSPENDED' where id = "
            + "(select account from keys.tokens where id = ?::uuid)", id(orphan));
        with(orphan).get("/api/v1/auth/me").expect(401);
    }

    /// F012. Guard: the permission is looked up at use, not when the token was made.
    @Test void what_its_owner_loses_the_token_loses_too() {
        Answer made = token(ring.staff(), "ledger:read");
        shop.database().execute("delete from identity.account_roles where account = "
            + "(select account from keys.tokens where id = ?::uuid) and role = 'staff'", id(made));
        with(made).get("/api/v1/admin/ledger/trial-balance").expect(403);
    }

    /// Attack 25: other roles are felt at once, also by a token that was good a moment ago.
    @Test void a_token_follows_the_roles_that_its_owner_is_given_at_once() {
        Client owner = ring.staff();
        Answer made = token(owner, "ledger:read", "self:read");
        with(made).get("/api/v1/admin/ledger/trial-balance").expect(200);
        String account = with(made).get("/api/v1/auth/me").expect(200).data().path("id").asString();
        admin.put("/api/v1/admin/users/" + account + "/roles", Map.of("roles", List.of("customer"))).expect(200);
        with(made).get("/api/v1/admin/ledger/trial-balance").expect(403);
        with(made).get("/api/v1/auth/me").expect(200);
        owner.get("/api/v1/auth/me").expect(401);
    }

    @Test void last_used_is_written_once_in_five_minutes_however_busy_a_token_is() {
        Answer made = token(ring.staff());
        PersonalTokens tokens = shop.bean(PersonalTokens.class);
        byte[] hash = new KeyText(made.data().path("token").asString()).hash();
        Instant start = Instant.now().plusSeconds(1).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
        for (int minute : List.of(0, 1, 4, 5)) tokens.use(hash, start.plus(Duration.ofMinutes(minute))).block();
        assertThat(used(made)).isEqualTo(start);
        tokens.use(hash, start.plus(Duration.ofMinutes(6))).block();
        assertThat(used(made)).isEqualTo(start.plus(Duration.ofMinutes(6)));
    }

    private Instant used(Answer made) {
        return ((java.sql.Timestamp) Objects.requireNonNull(shop.database()
            .value("select last_used_at from keys.tokens where id = ?::uuid", id(made)))).toInstant();
    }

    /// Guard: the count inside the insert.
    @Test void nobody_collects_tokens_without_end() {
        Client owner = people.customer();
        Answer first = token(owner);
        shop.database().execute("""
            insert into keys.tokens (id, account, name, hint, hash, scopes, created_at, expires_at)
            select gen_random_uuid(), account, 'n', 'h', uuid_send(gen_random_uuid()), '{}', created_at, expires_at
              from keys.tokens, generate_series(2, 50) where id = ?::uuid""", id(first));
        assertThat(owner.post(TOKENS, Map.of("name", "one more")).expect(409).code()).isEqualTo("too_many_keys");
        owner.delete(TOKENS + "/" + id(first)).expect(204);
        token(owner);
    }

    /// Attack 23: invented and mistyped keys are refused without a look anywhere, and all look the same.
    @Test void what_is_no_key_of_ours_is_401() {
        String good = token(admin).data().path("token").asString();
        String typo = good.substring(0, 10) + (good.charAt(10) == 'x' ? 'y' : 'x') + good.substring(11);
        for (String text : List.of(typo, "mrp_", "sk_pecos_", "pk_pecos_x", "sk_test_sandbox", good + good,
            text(ring.publishable("pecos"))))
            assertThat(client.bearer(text).get("/api/v1/auth/me").expect(401).code()).isEqualTo("invalid_token");
    }
}
