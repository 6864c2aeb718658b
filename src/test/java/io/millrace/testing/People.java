package io.millrace.testing;

import java.util.Map;
import java.util.UUID;

/// People with accounts in a shop, signed in as they would be: by address and password over HTTP.
public record People(Shop shop) {
    /// Everybody's password.
    public static final String PASSWORD = "correct horse";

    public static String freshEmail() {
        return "ann-" + UUID.randomUUID() + "@example.com";
    }

    /// Makes an account; signing in to it is another call, because registering tells nothing.
    public void register(String email) {
        Answer answer = shop.client().post("auth/register", Map.of("email", email, "password", PASSWORD, "first_name",
            "Ann", "last_name", "Lee"));
        if (answer.status() != 201) answer.expect(202);
    }

    /// The answer of a sign-in: tokens and who it is.
    public Answer signIn(String email) {
        return shop.client().post("auth/login", Map.of("email", email, "password", PASSWORD)).expect(200);
    }

    /// A client that holds the access token of a sign-in.
    public Client holding(Answer tokens) {
        return shop.client().bearer(tokens.data().path("access_token").asString());
    }

    /// A client signed in as somebody new.
    public Client customer() {
        String email = freshEmail();
        register(email);
        return holding(signIn(email));
    }

    /// A client that holds the demo admin's token.
    public Client admin() {
        return holding(shop.client().post("auth/login", Map.of("email",
            String.valueOf(shop.setting("millrace.admin.email")), "password",
            String.valueOf(shop.setting("millrace.admin.password")))).expect(200));
    }
}
