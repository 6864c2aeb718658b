package io.millrace.identity;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/auth`: an account, a sign-in, a new access token, a sign-out, and who I am.
@Configuration(proxyBeanMethods = false)
class AuthRoutes {
    private static final int NAME_CHARS_MAX = 100;
    private static final int PHONE_CHARS_MAX = 32;
    private static final int REFRESH_CHARS_MAX = 256;
    private static final Set<String> NEWCOMER = Set.of("customer");

    private final SignIn signIn;
    private final Accounts accounts;

    AuthRoutes(SignIn signIn, Accounts accounts) {
        this.signIn = signIn;
        this.accounts = accounts;
    }

    // Replies with secrets are not stored for replays: the unique address and the single use of a token are the guards.
    @Bean RouterFunction<ServerResponse> authApi(Api api) {
        return api.table("/auth", rows -> {
            rows.POST("/register", Access.anyone(), this::register).storesNothing();
            rows.POST("/login", Access.anyone(), this::login).storesNothing();
            rows.POST("/refresh", Access.anyone(), this::refresh).storesNothing();
            rows.POST("/logout", Access.anyone(), this::logout).storesNothing();
            rows.GET("/me", Access.signedIn(), this::me);
        });
    }

    record Register(@Nullable String email, @Nullable String password, @Nullable String firstName,
        @Nullable String lastName, @Nullable String phone) {}

    record Login(@Nullable String email, @Nullable String password) {}

    record Refresh(@Nullable String refreshToken) {}

    record UserView(UUID id, String email, String name, List<String> roles) {
        static UserView of(Account account) {
            return new UserView(account.id(), account.email(), account.name(), sorted(account.roles()));
        }
    }

    record TokenView(String accessToken, String refreshToken, String tokenType, long expiresIn, UserView user) {}

    record MeView(UUID id, String email, String name, String firstName, String lastName, @Nullable String phone,
        List<String> roles, List<String> permissions) {}

    private Mono<Reply> register(ServerRequest request) {
        Register body = Api.body(request, Register.class);
        Fields fields = new Fields();
        String address = fields.text("email", body.email(), Email.CHARS_MAX);
        Email email = address.isEmpty() ? null : fields.make("email", () -> Email.of(address));
        String password = body.password() == null ? "" : body.password();
        int length = password.codePointCount(0, password.length());
        if (length < Passwords.CHARS_MIN || password.length() > Passwords.CHARS_MAX)
            fields.wrong("password", "has %d to %d characters".formatted(Passwords.CHARS_MIN, Passwords.CHARS_MAX));
        String first = fields.text("first_name", body.firstName(), NAME_CHARS_MAX);
        String last = fields.text("last_name", body.lastName(), NAME_CHARS_MAX);
        String phone = fields.optionalText("phone", body.phone(), PHONE_CHARS_MAX);
        fields.must("phone", phone, Phone::isValid, "is not a phone number");
        fields.orRefuse();
        return signIn.register(new SignIn.Registration(java.util.Objects.requireNonNull(email), password, first, last,
            phone), NEWCOMER).map(outcome -> answer(outcome, 201));
    }

    private Mono<Reply> login(ServerRequest request) {
        Login body = Api.body(request, Login.class);
        Fields fields = new Fields();
        String email = fields.text("email", body.email(), Email.CHARS_MAX);
        String password = body.password() == null ? "" : body.password();
        if (password.isEmpty()) fields.wrong("password", "is required");
        if (password.length() > Passwords.CHARS_MAX) fields.wrong("password", "is too long");
        fields.orRefuse();
        return signIn.login(email, password).map(outcome -> answer(outcome, 200));
    }

    private Mono<Reply> refresh(ServerRequest request) {
        return signIn.refresh(refreshToken(request)).map(outcome -> answer(outcome, 200));
    }

    private Mono<Reply> logout(ServerRequest request) {
        return signIn.logout(refreshToken(request)).then(Reply.noContent());
    }

    private Mono<Reply> me(ServerRequest request) {
        Caller caller = Caller.of(request);
        return accounts.byId(caller.account())
            .flatMap(a -> Reply.ok(new MeView(a.id(), a.email(), a.name(), a.firstName(), a.lastName(), a.phone(),
                sorted(a.roles()), sorted(caller.permissions()))))
            .switchIfEmpty(Reply.refuse(Problem.unauthorized()));
    }

    private static String refreshToken(ServerRequest request) {
        Fields fields = new Fields();
        String token = fields.text("refresh_token", Api.body(request, Refresh.class).refreshToken(), REFRESH_CHARS_MAX);
        fields.orRefuse();
        return token;
    }

    private static Reply answer(SignIn.Outcome outcome, int status) {
        return switch (outcome) {
            case SignIn.Outcome.SignedIn in -> new Reply(status, java.util.Map.of("Cache-Control", "no-store"),
                new Reply.Body.Data(new TokenView(in.accessToken(), in.refreshToken(), "Bearer", in.life().toSeconds(),
                    UserView.of(in.account())), null, null));
            case SignIn.Outcome.EmailTaken() -> Problem.conflict("email_taken", "This address has an account").reply();
            case SignIn.Outcome.WrongCredentials() -> Problem.of(401, "wrong_credentials",
                "The address or the password is wrong").header("WWW-Authenticate", "Bearer").reply();
            case SignIn.Outcome.Suspended() -> Problem.of(403, "account_suspended", "This account is closed").reply();
            case SignIn.Outcome.NoSession() -> Problem.of(401, "invalid_token", "Sign in again")
                .header("WWW-Authenticate", "Bearer error=\"invalid_token\"").reply();
        };
    }

    private static List<String> sorted(Set<String> words) {
        return List.copyOf(new TreeSet<>(words));
    }
}
