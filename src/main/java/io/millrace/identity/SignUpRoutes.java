package io.millrace.identity;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.identity.Identity.Purpose;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/auth`: getting an account, proving its address, and getting another password. What could tell whether an address
/// has an account answers one and the same 202.
@Configuration(proxyBeanMethods = false)
class SignUpRoutes {
    private static final int NAME_CHARS_MAX = 100;
    private static final int PHONE_CHARS_MAX = 32;
    private static final int TOKEN_CHARS_MAX = 128;
    private static final int CHANNEL_CHARS_MAX = 64;
    private static final String MAILED = "A mail is on its way to this address; it says how to go on";

    private final SignUp signUp;
    private final AddressProofs proofs;
    private final SignIn signIn;
    private final PasswordRules rules;
    private final Attempts attempts;
    private final Duration mailedAfter;
    private final List<RegistrationPolicy> policies;

    SignUpRoutes(SignUp signUp, AddressProofs proofs, SignIn signIn, PasswordRules rules, Attempts attempts,
        IdentitySettings settings, List<RegistrationPolicy> policies) {
        this.signUp = signUp;
        this.proofs = proofs;
        this.signIn = signIn;
        this.rules = rules;
        this.attempts = attempts;
        this.mailedAfter = settings.mailedAfter();
        this.policies = List.copyOf(policies);
    }

    // Bodies hold passwords and codes: nothing of them is kept for replays. Codes are good once, the address is unique.
    @Bean RouterFunction<ServerResponse> signUpApi(Api api) {
        return api.table("/auth", rows -> {
            rows.POST("/register", Access.anyone(), this::register).storesNothing().limited("register");
            rows.POST("/verify-email", Access.anyone(), this::verify).storesNothing();
            rows.POST("/resend-verification", Access.anyone(), request -> mailed(request, Purpose.VERIFY_EMAIL))
                .storesNothing().limited("codes");
            rows.POST("/forgot-password", Access.anyone(), request -> mailed(request, Purpose.RESET_PASSWORD))
                .storesNothing().limited("codes");
            rows.POST("/reset-password", Access.anyone(), this::reset).storesNothing().limited("codes");
            rows.POST("/change-password", Access.signedIn(), this::change).storesNothing().inPerson()
                .limited("login");
        });
    }

    record Register(@Nullable String email, @Nullable String password, @Nullable String firstName,
        @Nullable String lastName, @Nullable String phone) {}

    record Address(@Nullable String email) {}

    record Token(@Nullable String token) {}

    record Reset(@Nullable String token, @Nullable String password) {}

    record Change(@Nullable String currentPassword, @Nullable String password) {}

    private Mono<Reply> register(ServerRequest request) {
        Register body = Api.body(request, Register.class);
        Fields fields = new Fields();
        String address = fields.text("email", body.email(), Email.CHARS_MAX);
        Email email = address.isEmpty() ? null : fields.make("email", () -> Email.of(address));
        String password = password(request, fields, body.password(), email == null ? "" : email.value());
        String first = fields.text("first_name", body.firstName(), NAME_CHARS_MAX);
        String last = fields.text("last_name", body.lastName(), NAME_CHARS_MAX);
        String phone = fields.optionalText("phone", body.phone(), PHONE_CHARS_MAX);
        fields.must("phone", phone, Phone::isValid, "is not a phone number");
        if (phone != null) policies.forEach(policy -> policy.check(request, phone, fields));
        fields.orRefuse();
        return evenly(signUp.register(
            new SignUp.Registration(Objects.requireNonNull(email), password, first, last, phone)));
    }

    private Mono<Reply> mailed(ServerRequest request, Purpose purpose) {
        Fields fields = new Fields();
        String address = fields.text("email", Api.body(request, Address.class).email(), Email.CHARS_MAX);
        Email email = address.isEmpty() ? null : fields.make("email", () -> Email.of(address));
        fields.orRefuse();
        return evenly(proofs.ask(Objects.requireNonNull(email).value(), purpose));
    }

    private Mono<Reply> verify(ServerRequest request) {
        Fields fields = new Fields();
        String token = fields.text("token", Api.body(request, Token.class).token(), TOKEN_CHARS_MAX);
        fields.orRefuse();
        return proofs.prove(token).flatMap(SignUpRoutes::answer);
    }

    private Mono<Reply> reset(ServerRequest request) {
        Reset body = Api.body(request, Reset.class);
        Fields fields = new Fields();
        String token = fields.text("token", body.token(), TOKEN_CHARS_MAX);
        String password = password(request, fields, body.password(), "");
        fields.orRefuse();
        return proofs.reset(token, password).flatMap(SignUpRoutes::answer);
    }

    private Mono<Reply> change(ServerRequest request) {
        Change body = Api.body(request, Change.class);
        Fields fields = new Fields();
        String current = body.currentPassword() == null ? "" : body.currentPassword();
        if (current.isEmpty()) fields.wrong("current_password", "is required");
        if (current.codePointCount(0, current.length()) > PasswordRules.CHARS_MAX)
            fields.wrong("current_password", "is too long");
        String password = password(request, fields, body.password(), "");
        fields.orRefuse();
        return signIn.newPassword(Caller.of(request), current, password, Device.of(request))
            .flatMap(outcome -> attempts.note(request, outcome).thenReturn(SignInReply.of(outcome)));
    }

    private String password(ServerRequest request, Fields fields, @Nullable String typed, String email) {
        String password = typed == null ? "" : typed;
        String channel = request.headers().firstHeader("X-Channel");
        String rule = channel == null || channel.length() > CHANNEL_CHARS_MAX ? PasswordRules.EVERYWHERE : channel;
        for (String wrong : rules.wrong(password, rule, email)) fields.wrong("password", wrong);
        return password;
    }

    /// The one answer, at one time: what the work takes more for a known or an unknown address drowns in the wait.
    private Mono<Reply> evenly(Mono<Void> work) {
        return Mono.when(work, Mono.delay(mailedAfter))
            .thenReturn(new Reply(202, Map.of(), new Reply.Body.Data(null, MAILED, null)));
    }

    private static Mono<Reply> answer(AddressProofs.Use use) {
        return switch (use) {
            case DONE -> Reply.noContent();
            // only who holds the mail of that address hears that somebody has it
            case ADDRESS_TAKEN -> Reply.refuse(Problem.conflict("email_taken", "This address has an account"));
            case NO_CODE -> Reply.refuse(Problem.unprocessable("code_invalid",
                "This code is unknown, used or too old; ask for another"));
        };
    }
}
