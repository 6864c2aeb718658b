package io.millrace.federation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.identity.Identity;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Sign-in by Google (any OpenID Connect issuer) and Facebook, through the simulated ones. ASVS 5.0 V10 (OAuth, OIDC).
class OauthTest {
    private static final String VERIFIER = "a-verifier-of-the-storefront-that-is-long-enough-0123";
    private static final String RETURN =
        "?return_to=%2F&code_challenge=" + Departure.challenge(VERIFIER) + "&code_challenge_method=S256";

    private final Shop shop = Shop.shared();
    private final Client client = shop.client();

    @AfterEach void calm() {
        client.put("/sandbox/chaos", Map.of()).expect(200);
    }

    private static String fresh(String name) {
        return name + "-" + UUID.randomUUID() + "@example.com";
    }

    private Traveller traveller() {
        return new Traveller(client);
    }

    private Client signedIn(Answer answer) {
        return client.bearer(answer.expect(200).data().path("access_token").asString());
    }

    private UUID account(String email) {
        return (UUID) java.util.Objects.requireNonNull(
            shop.database().value("select id from identity.accounts where email_blind = ?", shop.blind(email)));
    }

    private long accounts(String email) {
        return shop.database().number("select count(*) from identity.accounts where email_blind = ?",
            shop.blind(email));
    }

    private long identities(UUID account) {
        return shop.database().number("select count(*) from federation.identities where account = ?", account);
    }

    /// An account that its owner made with a password.
    private UUID registered(String email, boolean verified) {
        client.post("/api/v1/auth/register", Map.of("email", email, "password", "Correct horse 1", "first_name", "Ann",
            "last_name", "Lee"));
        shop.database().execute("update identity.accounts set email_verified_at = " + (verified ? "now()" : "null")
            + " where email_blind = ?", shop.blind(email));
        return account(email);
    }

    private void lie(String about) {
        client.put("/sandbox/chaos", Map.of("lie", about)).expect(200);
    }

    @Test void somebody_new_comes_by_google_and_comes_again_as_the_same_person() {
        String email = fresh("ada");
        Answer first = traveller().signIn("google", email);
        assertThat(first.header("Cache-Control")).isEqualTo("no-store");
        assertThat(signedIn(first).get("auth/me").expect(200).data().path("email").asString()).isEqualTo(email);
        Answer second = traveller().signIn("google", email);
        assertThat(second.data().path("user").path("id")).isEqualTo(first.data().path("user").path("id"));
        assertThat(first.data().path("user").path("roles").toString()).isEqualTo("[\"customer\"]");
        assertThat(identities(account(email))).isOne();
    }

    @Test void what_is_asked_of_the_provider_has_state_nonce_and_pkce_and_the_cookie_is_the_browsers_alone() {
        Answer left = traveller().leave("google", "");
        String door = Traveller.location(left);
        assertThat(Traveller.query(door, "state")).hasSizeGreaterThanOrEqualTo(43);
        assertThat(Traveller.query(door, "nonce")).hasSize(43);
        assertThat(Traveller.query(door, "code_challenge_method")).isEqualTo("S256");
        assertThat(Traveller.query(door, "redirect_uri")).isEqualTo(shop.url() + "/api/v1/auth/callback/google");
        assertThat(Traveller.query(door, "scope")).contains("openid");
        assertThat(left.header("Set-Cookie")).contains("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600")
            .doesNotContain("Domain");
        assertThat(door).doesNotContain("sandbox-secret");
        assertThat(Traveller.query(Traveller.location(traveller().leave("google", "")), "state"))
            .isNotEqualTo(Traveller.query(door, "state"));
    }

    @Test void a_storefront_gets_a_code_and_exchanges_it_for_tokens_that_were_in_no_url() {
        Traveller person = traveller();
        String back = Traveller.location(person.arrive(person.consent(
            Traveller.location(person.leave("google", RETURN)), fresh("grace"))));
        assertThat(back).startsWith(shop.url() + "/?code=").doesNotContain("ey");
        Map<String, String> exchange = Map.of("code", Traveller.query(back, "code"), "code_verifier", VERIFIER);
        assertThat(client.post("auth/oauth/exchange", Map.of("code", Traveller.query(back, "code"), "code_verifier",
            VERIFIER + "x")).expect(401).code()).isEqualTo("code_invalid");
        Answer tokens = client.post("auth/oauth/exchange", exchange).expect(200);
        assertThat(tokens.data().path("refresh_token").asString()).isNotEmpty();
        assertThat(tokens.header("Cache-Control")).isEqualTo("no-store");
        assertThat(client.post("auth/oauth/exchange", exchange).expect(401).code()).isEqualTo("code_invalid");
        client.post("auth/oauth/exchange", Map.of("code", "x")).expect(422);
    }

    /// Guard: the exchange deletes the row that it answers from.
    @Test void of_ten_exchanges_of_one_code_at_once_one_works() throws Exception {
        Traveller person = traveller();
        String back = Traveller.location(person.arrive(person.consent(
            Traveller.location(person.leave("google", RETURN)), fresh("ten"))));
        Map<String, String> exchange = Map.of("code", Traveller.query(back, "code"), "code_verifier", VERIFIER);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> calls = IntStream.range(0, 10).<Callable<Integer>>mapToObj(
                i -> () -> client.post("auth/oauth/exchange", exchange).status()).toList();
            assertThat(threads.invokeAll(calls).stream().map(Future::resultNow).toList()).containsOnly(200, 401)
                .containsOnlyOnce(200);
        }
    }

    @Test void attack_26_no_page_off_the_list_is_ever_led_to() {
        String own = shop.url();
        for (String page : List.of("https://evil.example/", "//evil.example", "/\\evil.example", "/@evil.example",
            own + "/", own + "@evil.example/", own + ".evil.example/", "/#@evil.example", "/%2f%2fevil.example", "/ ",
            "/?next=https://evil.example", "https:evil.example", "javascript:alert(1)", "/\r\nLocation: //evil.example",
            "", "//", "/./", "/..")) {
            Answer answer = traveller().leave("google", "?return_to=" + Traveller.enc(page) + "&code_challenge="
                + Departure.challenge(VERIFIER));
            assertThat(answer.status()).as(page).isEqualTo(422);
            assertThat(answer.header("Location")).as(page).isNull();
            assertThat(answer.header("Set-Cookie")).as(page).isNull();
        }
        traveller().leave("google", "?return_to=%2F").expect(422);
        traveller().leave("google", RETURN.replace("S256", "plain")).expect(422);
        traveller().leave("nobody", "").expect(404);
        client.get("auth/callback/nobody?code=a&state=b").expect(404);
    }

    @Test void attack_26_a_state_that_is_missing_foreign_or_another_providers_signs_nobody_in() {
        Traveller victim = traveller();
        Traveller attacker = traveller();
        String attackers = attacker.consent(Traveller.location(attacker.leave("google", "")), fresh("attacker"));
        victim.leave("google", "");
        // login CSRF: the attacker's answer in the victim's browser
        assertThat(victim.arrive(attackers).expect(400).code()).isEqualTo("oauth_state");
        // a browser that never left, and one whose cookie is gone after the failure
        assertThat(traveller().arrive(attackers).expect(400).code()).isEqualTo("oauth_state");
        assertThat(victim.cookie).isNull();
        victim.leave("google", "");
        for (String state : List.of("", "&state=", "&state=wrong", "&state=a&state=b"))
            assertThat(victim.client.with("Cookie", String.valueOf(victim.cookie))
                .get("auth/callback/google?code=x" + state).expect(400).code()).isEqualTo("oauth_state");
        // mix-up: what began at one provider ends at no other
        String other = attackers.replace("/callback/google", "/callback/facebook");
        assertThat(attacker.client.with("Cookie", String.valueOf(attacker.cookie)).get(other).expect(400).code())
            .isEqualTo("oauth_state");
        // two cookies of one name: somebody planted one
        assertThat(client.with("Cookie", attacker.cookie + "; " + attacker.cookie).get(attackers).expect(400).code())
            .isEqualTo("oauth_state");
        attacker.arrive(attackers).expect(200);
    }

    /// Guard: the primary key of federation.used_states.
    @Test void attack_26_an_answer_counts_once_even_with_its_cookie() throws Exception {
        Traveller person = traveller();
        String back = person.consent(Traveller.location(person.leave("google", "")), fresh("once"));
        String cookie = String.valueOf(person.cookie);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> calls = IntStream.range(0, 8).<Callable<Integer>>mapToObj(
                i -> () -> client.with("Cookie", cookie).get(back).status()).toList();
            assertThat(threads.invokeAll(calls).stream().map(Future::resultNow).toList()).containsOnly(200, 400)
                .containsOnlyOnce(200);
        }
        assertThat(client.with("Cookie", cookie).get(back).expect(400).code()).isEqualTo("oauth_state");
    }

    @Test void attack_26_a_code_that_was_used_or_stolen_opens_nothing() {
        Traveller victim = traveller();
        String back = victim.consent(Traveller.location(victim.leave("google", "")), fresh("victim"));
        String code = Traveller.query(back, "code");
        // the attacker puts the victim's code into his own journey: PKCE binds it to the victim's
        Traveller attacker = traveller();
        String door = Traveller.location(attacker.leave("google", ""));
        Answer stolen = attacker.arrive(shop.url() + "/api/v1/auth/callback/google?code=" + code + "&state="
            + Traveller.query(door, "state") + "&iss=" + Traveller.enc(issuer(door)));
        assertThat(stolen.expect(403).code()).isEqualTo("oauth_refused");
        // the attempt used it up at the provider, so it opens nothing for its owner either
        assertThat(victim.arrive(back).expect(403).code()).isEqualTo("oauth_refused");
    }

    /// A provider that forgets PKCE: the nonce still binds the token to the journey.
    @Test void attack_26_without_pkce_at_the_provider_a_stolen_code_still_opens_nothing() {
        lie("no_pkce");
        Traveller victim = traveller();
        String back = victim.consent(Traveller.location(victim.leave("google", "")), fresh("victim"));
        Traveller attacker = traveller();
        String door = Traveller.location(attacker.leave("google", ""));
        assertThat(attacker.arrive(shop.url() + "/api/v1/auth/callback/google?code=" + Traveller.query(back, "code")
            + "&state=" + Traveller.query(door, "state") + "&iss=" + Traveller.enc(issuer(door))).expect(403).code())
            .isEqualTo("oauth_refused");
    }

    @Test void attack_26_a_pkce_downgrade_is_refused_at_the_door_and_at_the_token_endpoint() {
        Traveller person = traveller();
        String door = Traveller.location(person.leave("google", ""));
        for (String weaker : List.of(door.replace("code_challenge_method=S256", "code_challenge_method=plain"),
            door.replaceFirst("&code_challenge=[^&]*", ""))) {
            String back = Traveller.location(client.get(weaker + "&login_hint=a%40example.com"));
            assertThat(Traveller.query(back, "error")).isEqualTo("invalid_request");
            assertThat(Traveller.query(back, "code")).isEmpty();
        }
        String code = Traveller.query(person.consent(door, fresh("down")), "code");
        Answer token = client.with("Content-Type", "application/x-www-form-urlencoded").post("/sandbox/oidc/token",
            "grant_type=authorization_code&client_id=sandbox-client&client_secret=sandbox-secret&code=" + code
                + "&redirect_uri=" + Traveller.enc(shop.url() + "/api/v1/auth/callback/google"));
        assertThat(token.expect(400).text()).contains("invalid_grant");
    }

    @Test void attack_26_an_id_token_that_is_not_for_us_now_and_from_this_issuer_opens_nothing() {
        for (String about : List.of("aud", "azp", "iss", "iss_parameter", "nonce", "expired", "signature", "alg_none",
            "hs256", "unknown_key")) {
            lie(about);
            String email = fresh("lie");
            Answer answer = traveller().signIn("google", email);
            assertThat(answer.status()).as(about).isEqualTo(403);
            assertThat(answer.code()).as(about).isEqualTo("oauth_refused");
            assertThat(accounts(email)).as(about).isZero();
        }
        lie("no_kid");
        traveller().signIn("google", fresh("kid")).expect(200);
    }

    @Test void an_answer_without_the_name_of_its_issuer_is_foreign_when_the_issuer_always_says_it() {
        Traveller person = traveller();
        String back = person.consent(Traveller.location(person.leave("google", "")), fresh("iss"));
        assertThat(person.arrive(back.replaceFirst("&iss=[^&]*", "")).expect(403).code()).isEqualTo("oauth_refused");
    }

    @Test void an_issuer_that_changes_its_keys_signs_nobody_out_of_signing_in() {
        traveller().signIn("google", fresh("before")).expect(200);
        client.post("/sandbox/oidc/rotate", null).expect(200);
        traveller().signIn("google", fresh("after")).expect(200);
    }

    @Test void an_address_that_the_id_token_lacks_is_asked_for_and_counts_only_for_its_subject() {
        lie("no_email");
        String email = fresh("userinfo");
        traveller().signIn("google", email).expect(200);
        assertThat(accounts(email)).isOne();
    }

    @Test void attack_27_an_address_that_the_provider_does_not_vouch_for_links_to_nobody_and_tells_nothing() {
        String email = fresh("unverified-bob");
        UUID victim = registered(email, true);
        String nobody = fresh("unverified-eve");
        Answer known = traveller().signIn("google", email).expect(403);
        Answer unknown = traveller().signIn("google", nobody).expect(403);
        assertThat(known.code()).isEqualTo("email_unproven");
        assertThat(known.json().path("message")).isEqualTo(unknown.json().path("message"));
        assertThat(traveller().signIn("facebook", email).expect(403).code()).isEqualTo("email_unproven");
        lie("unverified");
        assertThat(traveller().signIn("google", email.replace("unverified-", "")).expect(403).code())
            .isEqualTo("email_unproven");
        assertThat(identities(victim)).isZero();
        assertThat(accounts(nobody)).isZero();
    }

    @Test void a_proven_address_opens_the_account_that_proved_it_too() {
        String email = fresh("carl");
        UUID account = registered(email, true);
        Answer answer = traveller().signIn("google", email).expect(200);
        assertThat(answer.data().path("user").path("id").asString()).isEqualTo(account.toString());
        assertThat(identities(account)).isOne();
    }

    /// Pre-hijacking: somebody made the account beforehand and waits in it with his password.
    @Test void attack_27_an_account_whose_address_was_never_proven_here_is_not_linked() {
        String email = fresh("dora");
        UUID account = registered(email, false);
        assertThat(traveller().signIn("google", email).expect(409).code()).isEqualTo("account_exists");
        assertThat(identities(account)).isZero();
        Traveller page = traveller();
        String back = Traveller.location(page.arrive(page.consent(Traveller.location(page.leave("google", RETURN)),
            email)));
        assertThat(back).isEqualTo(shop.url() + "/?error=account_exists");
    }

    @Test void a_signed_in_person_links_facebook_and_comes_by_it_from_then_on() {
        String email = fresh("unverified-fay");
        UUID account = account(signedIn(traveller().signIn("google", fresh("fay"))).get("auth/me").data()
            .path("email").asString());
        Client fay = signedIn(traveller().signIn("google", emailOf(account)));
        Traveller browser = traveller();
        Answer link = fay.post("auth/oauth/facebook/link", Map.of()).expect(200);
        browser.cookie = String.valueOf(link.header("Set-Cookie")).replaceFirst(";.*", "");
        Answer linked = browser.arrive(browser.consent(link.data().path("authorization_url").asString(), email));
        assertThat(linked.expect(200).data().path("linked").asString()).isEqualTo("facebook");
        assertThat(traveller().signIn("facebook", email).expect(200).data().path("user").path("id").asString())
            .isEqualTo(account.toString());
        Answer mine = fay.get("auth/identities").expect(200);
        assertThat(mine.data()).hasSize(2);
        Client other = signedIn(traveller().signIn("google", fresh("gus")));
        String id = mine.data().get(1).path("id").asString();
        other.delete("auth/identities/" + id).expect(404);
        // what is somebody's is nobody else's
        Answer again = other.post("auth/oauth/facebook/link", Map.of()).expect(200);
        browser.cookie = String.valueOf(again.header("Set-Cookie")).replaceFirst(";.*", "");
        assertThat(browser.arrive(browser.consent(again.data().path("authorization_url").asString(), email))
            .expect(409).code()).isEqualTo("identity_linked_elsewhere");
        fay.delete("auth/identities/" + id).expect(204);
        fay.delete("auth/identities/" + id).expect(404);
        assertThat(traveller().signIn("facebook", email).expect(403).code()).isEqualTo("email_unproven");
        client.post("auth/oauth/facebook/link", Map.of()).expect(401);
    }

    private String emailOf(UUID account) {
        return Objects.requireNonNull(shop.bean(Identity.class).contact(account).block()).email();
    }

    @Test void another_apps_facebook_token_opens_nothing() {
        lie("app");
        assertThat(traveller().signIn("facebook", fresh("app")).expect(403).code()).isEqualTo("oauth_refused");
    }

    @Test void who_refuses_at_the_provider_comes_back_as_he_was() {
        Traveller person = traveller();
        String back = person.consent(Traveller.location(person.leave("google", "")), "nobody");
        assertThat(person.arrive(back).expect(403).code()).isEqualTo("oauth_denied");
        Traveller page = traveller();
        assertThat(Traveller.location(page.arrive(page.consent(Traveller.location(page.leave("google", RETURN)),
            "nobody")))).isEqualTo(shop.url() + "/?error=oauth_denied");
    }

    @Test void a_provider_that_leads_elsewhere_floods_or_breaks_is_away_and_nothing_is_half_done() {
        for (Map<String, Object> dial : List.<Map<String, Object>>of(Map.of("lie", "redirect"), Map.of("lie", "huge"),
            Map.of("fail", 1.0))) {
            client.put("/sandbox/chaos", dial).expect(200);
            String email = fresh("away");
            Answer answer = traveller().signIn("google", email).expect(503);
            assertThat(answer.code()).isEqualTo("provider_unavailable");
            assertThat(answer.header("Retry-After")).isNotNull();
            assertThat(accounts(email)).isZero();
        }
    }

    @Test void a_closed_account_stays_closed_whatever_the_provider_says() {
        String email = fresh("hal");
        traveller().signIn("google", email).expect(200);
        shop.database().execute("update identity.accounts set status = 'SUSPENDED' where email_blind = ?",
            shop.blind(email));
        assertThat(traveller().signIn("google", email).expect(403).code()).isEqualTo("account_suspended");
    }

    /// Guard: the unique constraint identities_subject_key.
    @Test void of_ten_first_sign_ins_of_one_person_at_once_all_open_one_account() throws Exception {
        String email = fresh("many");
        List<Traveller> browsers = IntStream.range(0, 10).mapToObj(i -> traveller()).toList();
        List<String> ways = browsers.stream().map(one -> one.consent(Traveller.location(one.leave("google", "")),
            email)).toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = IntStream.range(0, 10).<Callable<Answer>>mapToObj(
                i -> () -> browsers.get(i).arrive(ways.get(i))).toList();
            List<String> ids = threads.invokeAll(calls).stream().map(Future::resultNow)
                .map(answer -> answer.expect(200).data().path("user").path("id").asString()).distinct().toList();
            assertThat(ids).hasSize(1);
        }
        assertThat(accounts(email)).isOne();
        assertThat(identities(account(email))).isOne();
    }

    private static String issuer(String door) {
        return door.replaceFirst("/authorize\\?.*", "");
    }
}
