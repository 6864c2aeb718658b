package io.millrace.identity;

import io.millrace.http.Ids;
import io.millrace.postgres.Refused;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;

/// Makes the first admin: the demo admin in development; in production only one that was told, never the demo's.
final class FirstAdmin {
    private static final Logger LOG = LoggerFactory.getLogger(FirstAdmin.class);
    private static final String DEMO_PASSWORD = "millrace-admin";

    private final SignIn signIn;
    private final Accounts accounts;
    private final Passwords passwords;
    private final Ids ids;
    private final Environment environment;

    FirstAdmin(SignIn signIn, Accounts accounts, Passwords passwords, Ids ids, Environment environment) {
        this.signIn = signIn;
        this.accounts = accounts;
        this.passwords = passwords;
        this.ids = ids;
        this.environment = environment;
    }

    Mono<Void> make() {
        String email = environment.getProperty("millrace.admin.email", "");
        String password = environment.getProperty("millrace.admin.password", "");
        if (!isWanted(email, password, isDevelopment(environment))) return Mono.empty();
        return accounts.byEmail(Email.of(email)).hasElement()
            .flatMap(there -> there ? Mono.empty() : passwords.hash(password)
                .flatMap(hash -> signIn.created(Account.fresh(ids.next(), Email.of(email), "Demo", "Admin", null,
                    Set.of("super_admin")).asVerified(), hash))
                .doOnNext(made -> LOG.info("made the first admin"))
                // another node that opens at the same time was first
                .onErrorResume(Refused.class, taken -> Mono.empty())
                .then());
    }

    static boolean isWanted(String email, String password, boolean development) {
        if (!Email.isValid(email) || password.length() < PasswordRules.CHARS_MIN) return false;
        return development || !password.equals(DEMO_PASSWORD);
    }

    /// The packaged jar has no embedded servers, and is never a place for demo sign-ins.
    static boolean isDevelopment(Environment environment) {
        return !environment.acceptsProfiles(Profiles.of("production"))
            && ClassUtils.isPresent("io.millrace.embedded.EmbeddedServers", FirstAdmin.class.getClassLoader());
    }
}
