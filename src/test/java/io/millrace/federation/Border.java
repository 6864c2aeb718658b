package io.millrace.federation;

import io.millrace.identity.Identity;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// Where people come in from the simulated providers: who they are, what the shop then knows of them, and lies that the
/// providers can be made to tell.
record Border(Shop shop) {
    static final String VERIFIER = "a-verifier-of-the-storefront-that-is-long-enough-0123";
    static final String RETURN =
        "?return_to=%2F&code_challenge=" + Departure.challenge(VERIFIER) + "&code_challenge_method=S256";

    static String fresh(String name) {
        return name + "-" + UUID.randomUUID() + "@example.com";
    }

    Traveller traveller() {
        return new Traveller(shop.client());
    }

    Client signedIn(Answer answer) {
        return shop.client().bearer(answer.expect(200).data().path("access_token").asString());
    }

    UUID account(String email) {
        return (UUID) Objects.requireNonNull(
            shop.database().value("select id from identity.accounts where email_blind = ?", shop.blind(email)));
    }

    long accounts(String email) {
        return shop.database().number("select count(*) from identity.accounts where email_blind = ?",
            shop.blind(email));
    }

    long identities(UUID account) {
        return shop.database().number("select count(*) from federation.identities where account = ?", account);
    }

    /// An account that its owner made with a password.
    UUID registered(String email, boolean verified) {
        shop.client().post("/api/v1/auth/register", Map.of("email", email, "password", "Correct horse 1",
            "first_name", "Ann", "last_name", "Lee"));
        shop.database().execute("update identity.accounts set email_verified_at = " + (verified ? "now()" : "null")
            + " where email_blind = ?", shop.blind(email));
        return account(email);
    }

    void lie(String about) {
        shop.client().put("/sandbox/chaos", Map.of("lie", about)).expect(200);
    }

    /// The first look at a provider, by a shop that has just begun, may take longer than a person waits.
    void open() {
        Eventually.holds("the provider is known", () -> traveller().leave("google", "").status() == 302);
    }

    void calm() {
        shop.client().put("/sandbox/chaos", Map.of()).expect(200);
    }

    String emailOf(UUID account) {
        return Objects.requireNonNull(shop.bean(Identity.class).contact(account).block()).email();
    }

    static String issuer(String door) {
        return door.replaceFirst("/authorize\\?.*", "");
    }
}
