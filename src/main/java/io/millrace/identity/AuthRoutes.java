package io.millrace.identity;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.http.Versioned;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/auth`: a sign-in, a new access token, a sign-out, and who I am.
@Configuration(proxyBeanMethods = false)
class AuthRoutes {
    private static final int REFRESH_CHARS_MAX = 256;
    private static final int ETAG_BYTES = 12;

    private final SignIn signIn;
    private final Refresh refresh;
    private final SignOut signOut;
    private final Accounts accounts;
    private final Attempts attempts;

    AuthRoutes(SignIn signIn, Refresh refresh, SignOut signOut, Accounts accounts, Attempts attempts) {
        this.signIn = signIn;
        this.refresh = refresh;
        this.signOut = signOut;
        this.accounts = accounts;
        this.attempts = attempts;
    }

    // Replies with secrets are not stored for replays: the single use of a token is the guard.
    @Bean RouterFunction<ServerResponse> authApi(Api api) {
        return api.table("/auth", rows -> {
            rows.POST("/login", Access.anyone(), this::login).storesNothing().limited("login");
            rows.POST("/refresh", Access.anyone(), this::refresh).storesNothing();
            rows.POST("/logout", Access.anyone(), this::logout).storesNothing();
            rows.GET("/me", Access.signedIn(), this::me);
        });
    }

    record Login(@Nullable String email, @Nullable String password) {}

    record Refreshing(@Nullable String refreshToken) {}

    record MeView(UUID id, String email, String name, String firstName, String lastName, @Nullable String phone,
        boolean emailVerified, List<String> roles, List<String> permissions) {}

    private Mono<Reply> login(ServerRequest request) {
        Login body = Api.body(request, Login.class);
        Fields fields = new Fields();
        String email = fields.text("email", body.email(), Email.CHARS_MAX);
        String password = body.password() == null ? "" : body.password();
        if (password.isEmpty()) fields.wrong("password", "is required");
        if (password.codePointCount(0, password.length()) > PasswordRules.CHARS_MAX)
            fields.wrong("password", "is too long");
        fields.orRefuse();
        // who is sent away because there is no room has not tried
        return attempts.room(request).then(attempts.may(email)).flatMap(verdict -> verdict.allowed()
            ? signIn.login(email, password, Device.of(request))
                .flatMap(outcome -> attempts.note(request, outcome).thenReturn(SignInReply.of(outcome)))
            : Reply.refuse(verdict.problem()));
    }

    private Mono<Reply> refresh(ServerRequest request) {
        Fields fields = new Fields();
        String token = fields.text("refresh_token", Api.body(request, Refreshing.class).refreshToken(),
            REFRESH_CHARS_MAX);
        fields.orRefuse();
        return refresh.refresh(token).map(SignInReply::of);
    }

    /// By the refresh token, or without one the session of the access token. Whoever is signed out already is that.
    private Mono<Reply> logout(ServerRequest request) {
        Fields fields = new Fields();
        boolean empty = Api.raw(request).length == 0;
        String token = empty ? null : fields.optionalText("refresh_token",
            Api.body(request, Refreshing.class).refreshToken(), REFRESH_CHARS_MAX);
        Caller caller = Caller.of(request);
        if (token == null && caller.session().isEmpty()) fields.wrong("refresh_token", "is required");
        fields.orRefuse();
        Mono<Boolean> ended = token != null ? signOut.byToken(token)
            : signOut.one(caller.account(), caller.session().orElseThrow(), SignOut.SIGNED_OUT);
        return ended.then(Reply.noContent());
    }

    private Mono<Reply> me(ServerRequest request) {
        Caller caller = Caller.of(request);
        return accounts.byId(caller.account())
            .flatMap(a -> shown(request, new MeView(a.id(), a.email(), a.name(), a.firstName(), a.lastName(),
                a.phone(), a.verified(), SignInReply.sorted(a.roles()), SignInReply.sorted(caller.permissions()))))
            .switchIfEmpty(Reply.refuse(Problem.unauthorized()));
    }

    private static Mono<Reply> shown(ServerRequest request, MeView me) {
        String etag = "\"" + HexFormat.of().formatHex(Bearer.sha256(me.toString()), 0, ETAG_BYTES) + "\"";
        return (Versioned.isCurrent(request, etag) ? Reply.notModified(etag) : Reply.ok(me))
            .map(reply -> reply.header("ETag", etag).header("Cache-Control", "private, no-cache"));
    }
}
