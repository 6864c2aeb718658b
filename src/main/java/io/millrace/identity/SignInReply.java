package io.millrace.identity;

import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/// How a sign-in is answered, wherever it happened. Never kept by anybody on the way.
final class SignInReply {
    private static final Map<String, String> NOT_KEPT = Map.of("Cache-Control", "no-store");

    private SignInReply() {}

    record UserView(UUID id, String email, String name, List<String> roles) {
        static UserView of(Account account) {
            return new UserView(account.id(), account.email(), account.name(), sorted(account.roles()));
        }
    }

    record TokenView(String accessToken, String refreshToken, String tokenType, long expiresIn, UserView user) {}

    /// The session's refresh token stays as it is.
    record RenewedView(String accessToken, String tokenType, long expiresIn, UserView user) {}

    record ChallengeView(String challenge, List<String> methods, long expiresIn) {}

    static Reply of(SignIn.Outcome outcome) {
        return switch (outcome) {
            case SignIn.Outcome.SignedIn in -> secret(200, new TokenView(in.accessToken(), in.refreshToken(),
                "Bearer", in.life().toSeconds(), UserView.of(in.account())));
            case SignIn.Outcome.Renewed in -> secret(200, new RenewedView(in.accessToken(), "Bearer",
                in.life().toSeconds(), UserView.of(in.account())));
            // 202: half of a sign-in; answered by POST /auth/2fa/challenge
            case SignIn.Outcome.Challenged(var challenge) -> secret(202, new ChallengeView(challenge.token(),
                challenge.methods(), challenge.life().toSeconds()));
            case SignIn.Outcome.WrongCredentials(var unsaid) -> Problem.of(401, "wrong_credentials",
                "The address or the password is wrong, or the address is not proven yet")
                .header("WWW-Authenticate", "Bearer").reply();
            case SignIn.Outcome.Suspended(var account) ->
                Problem.of(403, "account_suspended", "This account is closed").reply();
            case SignIn.Outcome.NoSession() -> Problem.of(401, "invalid_token", "Sign in again")
                .header("WWW-Authenticate", "Bearer error=\"invalid_token\"").reply();
        };
    }

    private static Reply secret(int status, Object data) {
        return new Reply(status, NOT_KEPT, new Reply.Body.Data(data, null, null));
    }

    static List<String> sorted(Set<String> words) {
        return List.copyOf(new TreeSet<>(words));
    }
}
