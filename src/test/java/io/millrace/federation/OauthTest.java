package io.millrace.federation;

import static io.millrace.federation.Border.RETURN;
import static io.millrace.federation.Border.VERIFIER;
import static io.millrace.federation.Border.fresh;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Sign-in by Google (any OpenID Connect issuer) and Facebook, through the simulated ones: who comes in, and as whom.
/// ASVS 5.0 V10 (OAuth, OIDC).
class OauthTest {
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();
    private final Border border = new Border(shop);

    @BeforeEach void open() {
        border.open();
    }

    @AfterEach void calm() {
        border.calm();
    }

    @Test void somebody_new_comes_by_google_and_comes_again_as_the_same_person() {
        String email = fresh("ada");
        Answer first = border.traveller().signIn("google", email);
        assertThat(first.header("Cache-Control")).isEqualTo("no-store");
        assertThat(border.signedIn(first).get("auth/me").expect(200).data().path("email").asString()).isEqualTo(email);
        Answer second = border.traveller().signIn("google", email);
        assertThat(second.data().path("user").path("id")).isEqualTo(first.data().path("user").path("id"));
        assertThat(first.data().path("user").path("roles").toString()).isEqualTo("[\"customer\"]");
        assertThat(border.identities(border.account(email))).isOne();
    }

    @Test void what_is_asked_of_the_provider_has_state_nonce_and_pkce_and_the_cookie_is_the_browsers_alone() {
        Answer left = border.traveller().leave("google", "");
        String door = Traveller.location(left);
        assertThat(Traveller.query(door, "state")).hasSizeGreaterThanOrEqualTo(43);
        assertThat(Traveller.query(door, "nonce")).hasSize(43);
        assertThat(Traveller.query(door, "code_challenge_method")).isEqualTo("S256");
        assertThat(Traveller.query(door, "redirect_uri")).isEqualTo(shop.url() + "/api/v1/auth/callback/google");
        assertThat(Traveller.query(door, "scope")).contains("openid");
        assertThat(left.header("Set-Cookie")).contains("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600")
            .doesNotContain("Domain");
        assertThat(door).doesNotContain("sandbox-secret");
        assertThat(Traveller.query(Traveller.location(border.traveller().leave("google", "")), "state"))
            .isNotEqualTo(Traveller.query(door, "state"));
    }

    @Test void a_storefront_gets_a_code_and_exchanges_it_for_tokens_that_were_in_no_url() {
        Traveller person = border.traveller();
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
        Traveller person = border.traveller();
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

    @Test void an_answer_without_the_name_of_its_issuer_is_foreign_when_the_issuer_always_says_it() {
        Traveller person = border.traveller();
        String back = person.consent(Traveller.location(person.leave("google", "")), fresh("iss"));
        assertThat(person.arrive(back.replaceFirst("&iss=[^&]*", "")).expect(403).code()).isEqualTo("oauth_refused");
    }

    @Test void an_issuer_that_changes_its_keys_signs_nobody_out_of_signing_in() {
        border.traveller().signIn("google", fresh("before")).expect(200);
        client.post("/sandbox/oidc/rotate", null).expect(200);
        border.traveller().signIn("google", fresh("after")).expect(200);
    }

    @Test void an_address_that_the_id_token_lacks_is_asked_for_and_counts_only_for_its_subject() {
        border.lie("no_email");
        String email = fresh("userinfo");
        border.traveller().signIn("google", email).expect(200);
        assertThat(border.accounts(email)).isOne();
    }

    @Test void a_proven_address_opens_the_account_that_proved_it_too() {
        String email = fresh("carl");
        UUID account = border.registered(email, true);
        Answer answer = border.traveller().signIn("google", email).expect(200);
        assertThat(answer.data().path("user").path("id").asString()).isEqualTo(account.toString());
        assertThat(border.identities(account)).isOne();
    }

    @Test void a_signed_in_person_links_facebook_and_comes_by_it_from_then_on() {
        String email = fresh("unverified-fay");
        UUID account =
            border.account(border.signedIn(border.traveller().signIn("google", fresh("fay"))).get("auth/me").data()
                .path("email").asString());
        Client fay = border.signedIn(border.traveller().signIn("google", border.emailOf(account)));
        Traveller browser = border.traveller();
        Answer link = fay.post("auth/oauth/facebook/link", Map.of()).expect(200);
        browser.cookie = String.valueOf(link.header("Set-Cookie")).replaceFirst(";.*", "");
        Answer linked = browser.arrive(browser.consent(link.data().path("authorization_url").asString(), email));
        assertThat(linked.expect(200).data().path("linked").asString()).isEqualTo("facebook");
        assertThat(border.traveller().signIn("facebook", email).expect(200).data().path("user").path("id").asString())
            .isEqualTo(account.toString());
        Answer mine = fay.get("auth/identities").expect(200);
        assertThat(mine.data()).hasSize(2);
        Client other = border.signedIn(border.traveller().signIn("google", fresh("gus")));
        String id = mine.data().get(1).path("id").asString();
        other.delete("auth/identities/" + id).expect(404);
        // what is somebody's is nobody else's
        Answer again = other.post("auth/oauth/facebook/link", Map.of()).expect(200);
        browser.cookie = String.valueOf(again.header("Set-Cookie")).replaceFirst(";.*", "");
        assertThat(browser.arrive(browser.consent(again.data().path("authorization_url").asString(), email))
            .expect(409).code()).isEqualTo("identity_linked_elsewhere");
        fay.delete("auth/identities/" + id).expect(204);
        fay.delete("auth/identities/" + id).expect(404);
        assertThat(border.traveller().signIn("facebook", email).expect(403).code()).isEqualTo("email_unproven");
        client.post("auth/oauth/facebook/link", Map.of()).expect(401);
    }

    @Test void who_refuses_at_the_provider_comes_back_as_he_was() {
        Traveller person = border.traveller();
        String back = person.consent(Traveller.location(person.leave("google", "")), "nobody");
        assertThat(person.arrive(back).expect(403).code()).isEqualTo("oauth_denied");
        Traveller page = border.traveller();
        assertThat(Traveller.location(page.arrive(page.consent(Traveller.location(page.leave("google", RETURN)),
            "nobody")))).isEqualTo(shop.url() + "/?error=oauth_denied");
    }

    @Test void a_provider_that_leads_elsewhere_floods_or_breaks_is_away_and_nothing_is_half_done() {
        for (Map<String, Object> dial : List.<Map<String, Object>>of(Map.of("lie", "redirect"), Map.of("lie", "huge"),
            Map.of("fail", 1.0))) {
            client.put("/sandbox/chaos", dial).expect(200);
            String email = fresh("away");
            Answer answer = border.traveller().signIn("google", email).expect(503);
            assertThat(answer.code()).isEqualTo("provider_unavailable");
            assertThat(answer.header("Retry-After")).isNotNull();
            assertThat(border.accounts(email)).isZero();
        }
    }

    @Test void a_closed_account_stays_closed_whatever_the_provider_says() {
        String email = fresh("hal");
        border.traveller().signIn("google", email).expect(200);
        shop.database().execute("update identity.accounts set status = 'SUSPENDED' where email_blind = ?",
            shop.blind(email));
        assertThat(border.traveller().signIn("google", email).expect(403).code()).isEqualTo("account_suspended");
    }

    /// Guard: the unique constraint identities_subject_key.
    @Test void of_ten_first_sign_ins_of_one_person_at_once_all_open_one_account() throws Exception {
        String email = fresh("many");
        List<Traveller> browsers = IntStream.range(0, 10).mapToObj(i -> border.traveller()).toList();
        List<String> ways = browsers.stream().map(one -> one.consent(Traveller.location(one.leave("google", "")),
            email)).toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = IntStream.range(0, 10).<Callable<Answer>>mapToObj(
                i -> () -> browsers.get(i).arrive(ways.get(i))).toList();
            List<String> ids = threads.invokeAll(calls).stream().map(Future::resultNow)
                .map(answer -> answer.expect(200).data().path("user").path("id").asString()).distinct().toList();
            assertThat(ids).hasSize(1);
        }
        assertThat(border.accounts(email)).isOne();
        assertThat(border.identities(border.account(email))).isOne();
    }
}
