package io.millrace.twofactor;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.People;
import io.millrace.testing.Shop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/// Somebody who can set a second factor up, enable it and answer with its codes.
final class Enrolled {
    final String email = "enrolled-" + UUID.randomUUID() + "@example.com";
    final UUID id;
    private final Shop shop;
    private byte[] secret = {};

    Enrolled(Shop shop) {
        this.shop = shop;
        People people = new People(shop);
        people.register(email);
        this.id = UUID.fromString(people.signIn(email).data().path("user").path("id").asString());
    }

    /// A sign-in as it is while no second factor is enabled.
    Answer signIn() {
        return new People(shop).signIn(email);
    }

    Client holding(Answer tokens) {
        return new People(shop).holding(tokens);
    }

    void setUp(Client session) {
        JsonNode proposed =
            session.post("auth/2fa/setup", Map.of("password", People.PASSWORD)).expect(200).data();
        secret = TwoFactorTest.bytes(proposed.path("secret").asString());
    }

    List<String> enable(Client session) {
        return codes(session.post("auth/2fa/enable", Map.of("code", code())).expect(200));
    }

    /// Proves the second factor of a session again.
    Client steppedUp(Client session) {
        return holding(session.post("auth/2fa/challenge", Map.of("code", code())).expect(200));
    }

    /// A sign-in that is answered by this code, of the app or for the day it is lost.
    Answer signInWith(String code) {
        String challenge = shop.client().post("auth/login", Map.of("email", email, "password", People.PASSWORD))
            .expect(202).data().path("challenge").asString();
        return shop.client().post("auth/2fa/challenge", Map.of("challenge", challenge, "code", code));
    }

    static List<String> codes(Answer answer) {
        List<String> codes = new ArrayList<>();
        answer.data().path("recovery_codes").forEach(code -> codes.add(code.asString()));
        return codes;
    }

    /// The present code, usable again.
    String code() {
        shop.database().execute("update twofactor.second_factors set last_step = 0 where account = ?", id);
        return Totp.code(secret, Totp.step(Instant.now()), Totp.DIGITS, Totp.SHA1);
    }

    /// Five minutes pass for all sessions of this person.
    void late() {
        shop.database().execute("""
            update identity.sessions set created_at = created_at - interval '6 minutes',
                   second_factor_at = second_factor_at - interval '6 minutes' where account = ?""", id);
    }
}
