package io.millrace.federation;

import static io.millrace.federation.Border.RETURN;
import static io.millrace.federation.Border.VERIFIER;
import static io.millrace.federation.Border.fresh;
import static io.millrace.federation.Border.issuer;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Attacks 26 and 27, ASVS 5.0 V10 (OAuth, OIDC): what is stolen, forged or not vouched for signs nobody in and links
/// to nobody.
class OauthAttacksTest {
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();
    private final Border border = new Border(shop);

    @BeforeEach void open() {
        border.open();
    }

    @AfterEach void calm() {
        border.calm();
    }

    @Test void attack_26_no_page_off_the_list_is_ever_led_to() {
        String own = shop.url();
        for (String page : List.of("https://evil.example/", "//evil.example", "/\\evil.example", "/@evil.example",
            own + "/", own + "@evil.example/", own + ".evil.example/", "/#@evil.example", "/%2f%2fevil.example", "/ ",
            "/?next=https://evil.example", "https:evil.example", "javascript:alert(1)", "/\r\nLocation: //evil.example",
            "", "//", "/./", "/..")) {
            Answer answer = border.traveller().leave("google", "?return_to=" + Traveller.enc(page) + "&code_challenge="
                + Departure.challenge(VERIFIER));
            assertThat(answer.status()).as(page).isEqualTo(422);
            assertThat(answer.header("Location")).as(page).isNull();
            assertThat(answer.header("Set-Cookie")).as(page).isNull();
        }
        border.traveller().leave("google", "?return_to=%2F").expect(422);
        border.traveller().leave("google", RETURN.replace("S256", "plain")).expect(422);
        border.traveller().leave("nobody", "").expect(404);
        client.get("auth/callback/nobody?code=a&state=b").expect(404);
    }

    @Test void attack_26_a_state_that_is_missing_foreign_or_another_providers_signs_nobody_in() {
        Traveller victim = border.traveller();
        Traveller attacker = border.traveller();
        String attackers = attacker.consent(Traveller.location(attacker.leave("google", "")), fresh("attacker"));
        victim.leave("google", "");
        // login CSRF: the attacker's answer in the victim's browser
        assertThat(victim.arrive(attackers).expect(400).code()).isEqualTo("oauth_state");
        // a browser that never left, and one whose cookie is gone after the failure
        assertThat(border.traveller().arrive(attackers).expect(400).code()).isEqualTo("oauth_state");
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
        Traveller person = border.traveller();
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
        Traveller victim = border.traveller();
        String back = victim.consent(Traveller.location(victim.leave("google", "")), fresh("victim"));
        String code = Traveller.query(back, "code");
        // the attacker puts the victim's code into his own journey: PKCE binds it to the victim's
        Traveller attacker = border.traveller();
        String door = Traveller.location(attacker.leave("google", ""));
        Answer stolen = attacker.arrive(shop.url() + "/api/v1/auth/callback/google?code=" + code + "&state="
            + Traveller.query(door, "state") + "&iss=" + Traveller.enc(issuer(door)));
        assertThat(stolen.expect(403).code()).isEqualTo("oauth_refused");
        // the attempt used it up at the provider, so it opens nothing for its owner either
        assertThat(victim.arrive(back).expect(403).code()).isEqualTo("oauth_refused");
    }

    /// A provider that forgets PKCE: the nonce still binds the token to the journey.
    @Test void attack_26_without_pkce_at_the_provider_a_stolen_code_still_opens_nothing() {
        border.lie("no_pkce");
        Traveller victim = border.traveller();
        String back = victim.consent(Traveller.location(victim.leave("google", "")), fresh("victim"));
        Traveller attacker = border.traveller();
        String door = Traveller.location(attacker.leave("google", ""));
        assertThat(attacker.arrive(shop.url() + "/api/v1/auth/callback/google?code=" + Traveller.query(back, "code")
            + "&state=" + Traveller.query(door, "state") + "&iss=" + Traveller.enc(issuer(door))).expect(403).code())
            .isEqualTo("oauth_refused");
    }

    @Test void attack_26_a_pkce_downgrade_is_refused_at_the_door_and_at_the_token_endpoint() {
        Traveller person = border.traveller();
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
            border.lie(about);
            String email = fresh("lie");
            Answer answer = border.traveller().signIn("google", email);
            assertThat(answer.status()).as(about).isEqualTo(403);
            assertThat(answer.code()).as(about).isEqualTo("oauth_refused");
            assertThat(border.accounts(email)).as(about).isZero();
        }
        border.lie("no_kid");
        border.traveller().signIn("google", fresh("kid")).expect(200);
    }

    @Test void attack_27_an_address_that_the_provider_does_not_vouch_for_links_to_nobody_and_tells_nothing() {
        String email = fresh("unverified-bob");
        UUID victim = border.registered(email, true);
        String nobody = fresh("unverified-eve");
        Answer known = border.traveller().signIn("google", email).expect(403);
        Answer unknown = border.traveller().signIn("google", nobody).expect(403);
        assertThat(known.code()).isEqualTo("email_unproven");
        assertThat(known.json().path("message")).isEqualTo(unknown.json().path("message"));
        assertThat(border.traveller().signIn("facebook", email).expect(403).code()).isEqualTo("email_unproven");
        border.lie("unverified");
        assertThat(border.traveller().signIn("google", email.replace("unverified-", "")).expect(403).code())
            .isEqualTo("email_unproven");
        assertThat(border.identities(victim)).isZero();
        assertThat(border.accounts(nobody)).isZero();
    }

    /// Pre-hijacking: somebody made the account beforehand and waits in it with his password.
    @Test void attack_27_an_account_whose_address_was_never_proven_here_is_not_linked() {
        String email = fresh("dora");
        UUID account = border.registered(email, false);
        assertThat(border.traveller().signIn("google", email).expect(409).code()).isEqualTo("account_exists");
        assertThat(border.identities(account)).isZero();
        Traveller page = border.traveller();
        String back = Traveller.location(page.arrive(page.consent(Traveller.location(page.leave("google", RETURN)),
            email)));
        assertThat(back).isEqualTo(shop.url() + "/?error=account_exists");
    }

    @Test void another_apps_facebook_token_opens_nothing() {
        border.lie("app");
        assertThat(border.traveller().signIn("facebook", fresh("app")).expect(403).code()).isEqualTo("oauth_refused");
    }
}
