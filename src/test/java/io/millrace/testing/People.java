package io.millrace.testing;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

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

    /// Somebody new in a channel, whose every answer must keep the contract.
    public Client somebody(String channel) {
        return customer().channel(channel).checked();
    }

    /// What came back to so many who did something at once, in their order.
    public static <T> List<T> atOnce(int many, IntFunction<T> what) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return IntStream.range(0, many)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> what.apply(i), threads)).toList().stream()
                .map(CompletableFuture::join).toList();
        }
    }

    /// How many of the answers have that status.
    public static long count(List<Answer> answers, int status) {
        return answers.stream().filter(answer -> answer.status() == status).count();
    }

    /// A client that holds the demo admin's token.
    public Client admin() {
        return holding(shop.client().post("auth/login", Map.of("email",
            String.valueOf(shop.setting("millrace.admin.email")), "password",
            String.valueOf(shop.setting("millrace.admin.password")))).expect(200));
    }
}
