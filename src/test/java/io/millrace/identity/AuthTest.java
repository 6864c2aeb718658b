package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuthTest {
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();

    private static String fresh() {
        return "ann-" + UUID.randomUUID() + "@example.com";
    }

    private Answer register(String email) {
        return client.post("/api/v1/auth/register", Map.of("email", email, "password", "correct horse",
            "first_name", "Ann", "last_name", "Lee", "phone", "+1 555 0100"));
    }

    private Answer login(String email, String password) {
        return client.post("/api/v1/auth/login", Map.of("email", email, "password", password));
    }

    private Answer newcomer() {
        String email = fresh();
        register(email).expect(202);
        return login(email, "correct horse").expect(200);
    }

    private Answer refresh(String token) {
        return client.post("/api/v1/auth/refresh", Map.of("refresh_token", token));
    }

    private static String refreshToken(Answer answer) {
        return answer.data().path("refresh_token").asString();
    }

    @Test void somebody_registers_signs_in_and_sees_himself() {
        String email = fresh();
        register(email).expect(202);
        Answer signedIn = login(email.toUpperCase(java.util.Locale.ROOT), "correct horse").expect(200);
        assertThat(signedIn.header("Cache-Control")).isEqualTo("no-store");
        assertThat(signedIn.data().path("token_type").asString()).isEqualTo("Bearer");
        assertThat(signedIn.data().path("expires_in").asInt()).isEqualTo(3600);
        Answer me = client.bearer(signedIn.data().path("access_token").asString()).get("/api/v1/auth/me").expect(200);
        assertThat(me.data().path("email").asString()).isEqualTo(email);
        assertThat(me.data().path("roles").get(0).asString()).isEqualTo("customer");
        assertThat(me.data().path("name").asString()).isEqualTo("Ann Lee");
        assertThat(me.text()).doesNotContain("argon2", "password");
        Client again = client.bearer(signedIn.data().path("access_token").asString()).with("If-None-Match",
            String.valueOf(me.header("ETag")));
        again.get("/api/v1/auth/me").expect(304);
    }

    /// Guard: the unique index accounts_email_key, reached through `on conflict do nothing` and the check on it.
    @Test void of_twenty_registrations_of_one_address_at_once_one_makes_the_account() throws Exception {
        String email = fresh();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> calls = IntStream.range(0, 20).<Callable<Integer>>mapToObj(i -> () -> {
                String typed = i % 2 == 0 ? email : email.toUpperCase(java.util.Locale.ROOT);
                return register(typed).status();
            }).toList();
            List<Integer> statuses = threads.invokeAll(calls).stream().map(Future::resultNow).toList();
            assertThat(statuses).as("all look the same").containsOnly(202);
        }
        assertThat(
            shop.database().number("select count(*) from identity.accounts where email_blind = ?", shop.blind(email)))
            .isOne();
        assertThat(shop.database().number("""
            select count(*) from messaging.facts where type = 'identity.AccountRegistered' and aggregate =
                (select 'account:' || id from identity.accounts where email_blind = ?)""", shop.blind(email))).isOne();
    }

    @Test void all_wrong_fields_are_named_at_once() {
        Answer answer = client.post("/api/v1/auth/register", Map.of("email", "nobody", "password", "short",
            "phone", "call me")).expect(422);
        assertThat(answer.json().path("errors").propertyNames())
            .containsExactlyInAnyOrder("email", "password", "first_name", "last_name", "phone");
        assertThat(client.post("/api/v1/auth/register", Map.of("email", fresh(), "password", "x".repeat(129),
            "first_name", "A", "last_name", "B")).expect(422).text()).contains("8 to 128");
    }

    /// Attack 3: nobody makes himself an admin by saying so.
    @Test void a_role_in_the_body_is_an_unknown_field() {
        Answer answer = client.post("/api/v1/auth/register", Map.of("email", fresh(), "password", "correct horse",
            "first_name", "A", "last_name", "B", "role", "super_admin")).expect(422);
        assertThat(answer.json().path("errors").has("role")).isTrue();
    }

    @Test void a_wrong_password_and_an_unknown_address_look_the_same() {
        String email = fresh();
        register(email).expect(202);
        Answer wrong = login(email, "incorrect horse").expect(401);
        Answer unknown = login(fresh(), "incorrect horse").expect(401);
        assertThat(wrong.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(wrong.json().path("message")).isEqualTo(unknown.json().path("message"));
        assertThat(wrong.code()).isEqualTo(unknown.code()).isEqualTo("wrong_credentials");
        assertThat(wrong.bytes()).hasSameSizeAs(unknown.bytes());
    }

    @Test void a_suspended_account_is_told_so_only_with_the_right_password() {
        String email = fresh();
        register(email).expect(202);
        shop.database().execute("update identity.accounts set status = 'SUSPENDED' where email_blind = ?",
            shop.blind(email));
        assertThat(login(email, "correct horse").expect(403).code()).isEqualTo("account_suspended");
        login(email, "incorrect horse").expect(401);
    }

    @Test void after_signing_out_the_refresh_token_is_dead() {
        String token = refreshToken(newcomer());
        client.post("/api/v1/auth/logout", Map.of("refresh_token", token)).expect(204);
        refresh(token).expect(401);
        refresh("made-up").expect(401);
    }

    @Test void refresh_tokens_are_stored_as_hashes_and_no_reply_with_tokens_is_kept_for_replays() {
        String email = fresh();
        register(email).expect(202);
        Answer answer = client.idempotencyKey("k-" + email).post("/api/v1/auth/login", Map.of("email", email,
            "password", "correct horse")).expect(200);
        assertThat(shop.database().number("select count(*) from identity.refresh_tokens where hash = ?",
            (Object) Bearer.sha256(refreshToken(answer)))).isOne();
        assertThat(shop.database().number("select count(*) from http.idempotency where key = ?", "k-" + email))
            .isZero();
    }

    @Test void the_demo_admin_may_do_everything() {
        Answer admin = login("admin@example.com", "millrace-admin").expect(200);
        Answer me = client.bearer(admin.data().path("access_token").asString()).get("/api/v1/auth/me").expect(200);
        assertThat(me.data().path("permissions").get(0).asString()).isEqualTo("*");
    }

    @Test void the_demo_password_never_opens_a_production_shop() {
        assertThat(FirstAdmin.isWanted("admin@example.com", "millrace-admin", false)).isFalse();
        assertThat(FirstAdmin.isWanted("admin@example.com", "millrace-admin", true)).isTrue();
        assertThat(FirstAdmin.isWanted("boss@example.com", "a password of ours", false)).isTrue();
        assertThat(FirstAdmin.isWanted("", "", true)).isFalse();
    }

    @Test void the_published_keys_are_public_halves_only() {
        Answer keys = client.get("/.well-known/jwks.json").expect(200);
        assertThat(keys.header("Content-Type")).isEqualTo("application/jwk-set+json");
        assertThat(keys.json().path("keys").get(0).path("kty").asString()).isEqualTo("EC");
        assertThat(keys.json().path("keys").get(0).has("d")).isFalse();
    }

    @Test void a_token_of_one_node_is_good_on_another() {
        try (Shop second = shop.secondNode()) {
            String token = newcomer().data().path("access_token").asString();
            second.client().bearer(token).get("/api/v1/auth/me").expect(200);
            assertThat(second.client().get("/.well-known/jwks.json").text())
                .isEqualTo(client.get("/.well-known/jwks.json").text());
        }
    }
}
