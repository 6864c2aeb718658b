package io.millrace.twofactor;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.identity.Confirmation;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/auth/2fa`: one-time codes as a second factor.
@Configuration(proxyBeanMethods = false)
class TwoFactorRoutes {
    private static final int CODE_CHARS_MAX = 64;
    private static final int TOKEN_CHARS_MAX = 256;

    private final TwoFactor twoFactor;

    TwoFactorRoutes(TwoFactor twoFactor) {
        this.twoFactor = twoFactor;
    }

    // Replies with secrets are not stored for replays; a code is good once, which is guard enough.
    @Bean RouterFunction<ServerResponse> twoFactorApi(Api api) {
        return api.table("/auth/2fa", rows -> {
            rows.POST("/setup", Access.signedIn(), this::setUp).inPerson().limited("login").storesNothing();
            rows.POST("/enable", Access.signedIn(), this::enable).inPerson().storesNothing();
            rows.POST("/recovery-codes", Access.signedIn(), this::newCodes).inPerson().freshly().storesNothing();
            rows.POST("/disable", Access.signedIn(), this::disable).inPerson().storesNothing();
            rows.POST("/challenge", Access.anyone(), this::challenge).storesNothing();
        });
    }

    record SetUp(@Nullable String password) {}

    record Enable(@Nullable String code) {}

    record Disable(@Nullable String code, @Nullable String password) {}

    record Answered(@Nullable String challenge, @Nullable String code) {}

    record ProposedView(String secret, String otpauthUri, String qrPng) {}

    record EnabledView(List<String> recoveryCodes) {}

    private Mono<Reply> setUp(ServerRequest request) {
        SetUp body = Api.body(request, SetUp.class);
        Fields fields = new Fields();
        String password = password(fields, body.password());
        fields.orRefuse();
        return twoFactor.setUp(Caller.of(request), password).map(TwoFactorRoutes::answer);
    }

    private Mono<Reply> enable(ServerRequest request) {
        Fields fields = new Fields();
        String code = fields.text("code", Api.body(request, Enable.class).code(), CODE_CHARS_MAX);
        fields.orRefuse();
        return twoFactor.enable(request, code).map(TwoFactorRoutes::answer);
    }

    private Mono<Reply> newCodes(ServerRequest request) {
        return twoFactor.newCodes(request).map(TwoFactorRoutes::answer);
    }

    private Mono<Reply> disable(ServerRequest request) {
        Disable body = Api.body(request, Disable.class);
        Fields fields = new Fields();
        String code = fields.text("code", body.code(), CODE_CHARS_MAX);
        String password = password(fields, body.password());
        fields.orRefuse();
        return twoFactor.disable(request, code, password).map(TwoFactorRoutes::answer);
    }

    /// With a challenge the rest of a sign-in; without one a signed-in person steps his session up.
    private Mono<Reply> challenge(ServerRequest request) {
        Answered body = Api.body(request, Answered.class);
        Fields fields = new Fields();
        String code = fields.text("code", body.code(), CODE_CHARS_MAX);
        String challenge = fields.optionalText("challenge", body.challenge(), TOKEN_CHARS_MAX);
        fields.orRefuse();
        if (challenge != null)
            return twoFactor.finish(request, challenge, code).map(TwoFactorRoutes::signingIn);
        if (Caller.of(request).session().isEmpty()) return Reply.refuse(Problem.unauthorized());
        return twoFactor.stepUp(request, code).map(TwoFactorRoutes::answer);
    }

    /// An account without a password sends an empty one.
    private static String password(Fields fields, @Nullable String password) {
        if (password == null) fields.wrong("password", "is required");
        if (password != null && password.length() > Confirmation.PASSWORD_CHARS_MAX)
            fields.wrong("password", "is too long");
        return password == null ? "" : password;
    }

    /// Nobody is signed in yet: a wrong code is 401, as a wrong password is.
    private static Reply signingIn(TwoFactor.Outcome outcome) {
        return outcome instanceof TwoFactor.Outcome.WrongCode ? Problem.of(401, "wrong_code", "The code is wrong")
            .header("WWW-Authenticate", "Bearer").reply() : answer(outcome);
    }

    private static Reply answer(TwoFactor.Outcome outcome) {
        return switch (outcome) {
            case TwoFactor.Outcome.Proposed(var secret, var uri, var png) -> secret(
                new ProposedView(secret, uri, Base64.getEncoder().encodeToString(png)));
            case TwoFactor.Outcome.Enabled(var codes) -> secret(
                new EnabledView(codes.stream().map(RecoveryCode::shown).toList()));
            case TwoFactor.Outcome.Disabled() -> new Reply(204, Map.of(), new Reply.Body.None());
            case TwoFactor.Outcome.Proven(var signIn) -> signIn;
            case TwoFactor.Outcome.AlreadyEnabled() -> Problem.conflict("second_factor_enabled",
                "The second factor is enabled already; disable it first").reply();
            case TwoFactor.Outcome.NotSetUp() -> Problem.conflict("second_factor_missing",
                "There is no second factor; set it up first").reply();
            case TwoFactor.Outcome.WrongCode() -> Problem.of(403, "wrong_code",
                "The code, or the password with it, is wrong").reply();
            case TwoFactor.Outcome.WrongPassword() -> Problem.of(403, "wrong_credentials",
                "The password is wrong").reply();
            case TwoFactor.Outcome.TooManyTries() -> Problem.of(429, "too_many_requests",
                "Too many wrong codes; wait a while")
                .header("Retry-After", Long.toString(SecondFactors.TRIES_WINDOW.toSeconds())).reply();
            case TwoFactor.Outcome.NoChallenge() -> Problem.of(401, "invalid_token", "Sign in again")
                .header("WWW-Authenticate", "Bearer error=\"invalid_token\"").reply();
        };
    }

    private static Reply secret(Object data) {
        return new Reply(200, Map.of("Cache-Control", "no-store"), new Reply.Body.Data(data, null, null));
    }
}
