package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Ids;
import io.millrace.http.Limits;
import io.millrace.http.Redis;
import io.millrace.http.Streams;
import io.millrace.jobs.AtStart;
import io.millrace.jobs.Jobs;
import io.millrace.messaging.Committed;
import io.millrace.messaging.Fact;
import io.millrace.messaging.Messaging;
import io.millrace.messaging.Subscription;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Mono;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IdentitySettings.class)
class IdentityModule {
    private static final Duration FORGET_EVERY = Duration.ofHours(1);
    private static final Duration TEND_KEYS_EVERY = Duration.ofHours(1);
    /// How long a session that is over is kept, so that a thief who comes late is still recognised.
    private static final Duration OVER_KEPT = Duration.ofDays(30);

    @Bean PersonSeals personSeals(Vault vault) {
        return new PersonSeals(vault);
    }

    @Bean Accounts accounts(Postgres postgres, PersonSeals seals) {
        return new Accounts(postgres, seals);
    }

    @Bean ClearAccounts clearAccounts(Postgres postgres, Vault vault, PersonSeals seals) {
        return new ClearAccounts(postgres, vault, seals);
    }

    /// Before anybody is looked for: after the vault is open, before the first admin.
    @Bean
    @Order(5) AtStart sealedAccounts(ClearAccounts clear) {
        return new AtStart("seal accounts", () -> clear.seal().then());
    }

    @Bean Passwords passwords() {
        return new Passwords();
    }

    @Bean KeyRing keyRing(Postgres postgres, Vault vault, InstantSource clock, IdentitySettings settings, Jobs jobs) {
        KeyRing ring = new KeyRing(postgres, vault, clock, settings);
        jobs.every("identity.keys", TEND_KEYS_EVERY, () -> ring.tend(settings.rotateKeysEvery()));
        return ring;
    }

    /// Before a token is asked for.
    @Bean
    @Order(5) AtStart sealedSigningKeys(KeyRing ring) {
        return new AtStart("seal signing keys", ring::seal);
    }

    @Bean AccessTokens accessTokens(IdentitySettings settings, KeyRing ring, InstantSource clock) {
        return new AccessTokens(settings.issuer(), settings.audience(), settings.staffAudience(),
            settings.accessLife(), ring::keys, clock);
    }

    @Bean Sessions sessions(Postgres postgres) {
        return new Sessions(postgres);
    }

    @Bean Roles roles(Postgres postgres) {
        return new Roles(postgres);
    }

    @Bean SignIn signIn(Accounts accounts, Sessions sessions, Passwords passwords, AccessTokens tokens,
        ObjectProvider<SecondFactor> second, Messaging messaging, Postgres postgres, Ids ids, InstantSource clock,
        AddressProofs proofs, IdentitySettings settings) {
        return new SignIn(accounts, sessions, passwords, tokens,
            SingletonSupplier.of(() -> Optional.ofNullable(second.getIfAvailable())), messaging, postgres, ids, clock,
            proofs, settings);
    }

    @Bean PasswordRules passwordRules(IdentitySettings settings) {
        return new PasswordRules(settings.passwordKinds());
    }

    @Bean Codes codes(Postgres postgres, Accounts accounts, PersonSeals seals, Vault vault, InstantSource clock,
        Jobs jobs) {
        Codes codes = new Codes(postgres, accounts, seals, vault);
        jobs.every("identity.codes", FORGET_EVERY, () -> codes.forget(clock.instant()));
        return codes;
    }

    @Bean LetterRecords letterRecords(Postgres postgres) {
        return new LetterRecords(postgres);
    }

    @Bean AddressProofs addressProofs(Accounts accounts, Codes codes, Passwords passwords, SignOut signOut,
        Audit audit, Messaging messaging, Ids ids, InstantSource clock) {
        return new AddressProofs(accounts, codes, passwords, signOut, audit, messaging, ids, clock);
    }

    @Bean SignUp signUp(Accounts accounts, Passwords passwords, AddressProofs proofs, Messaging messaging, Ids ids,
        InstantSource clock) {
        return new SignUp(accounts, passwords, proofs, messaging, ids, clock);
    }

    @Bean SignOut signOut(Sessions sessions, Messaging messaging, Audit audit, Ids ids, InstantSource clock) {
        return new SignOut(sessions, messaging, audit, ids, clock);
    }

    @Bean Refresh refresh(Sessions sessions, SignIn signIn, SignOut signOut, InstantSource clock,
        IdentitySettings settings) {
        return new Refresh(sessions, signIn, signOut, clock, settings.refreshLife());
    }

    @Bean Liveness liveness(Sessions sessions, Streams streams, InstantSource clock, Jobs jobs) {
        jobs.every("identity.sessions", FORGET_EVERY, () -> sessions.forget(clock.instant().minus(OVER_KEPT)));
        return new Liveness(sessions, streams, clock);
    }

    @Bean Subscription<IdentityEvent> rightsElsewhere(Liveness liveness, Roles roles) {
        return Subscription.everyNode("identity-rights", IdentityEvent.class,
            facts -> Mono.fromRunnable(() -> heard(facts, liveness, roles)));
    }

    /// The node that ended a session or changed a role knows it before its caller does.
    @Bean Committed rightsHere(Liveness liveness, Roles roles) {
        return facts -> heard(facts, liveness, roles);
    }

    private static void heard(List<? extends Fact> facts, Liveness liveness, Roles roles) {
        for (Fact fact : facts) {
            liveness.hear(fact);
            roles.hear(fact);
        }
    }

    @Bean AccessCredentials accessCredentials(AccessTokens tokens, Roles roles, Liveness liveness,
        InstantSource clock) {
        return new AccessCredentials(tokens, roles, liveness, clock);
    }

    @Bean Familiar familiar(Passwords passwords, Redis redis, Vault vault) {
        return new Familiar(passwords::room, redis, vault);
    }

    @Bean Attempts attempts(Limits limits, Audit audit, Vault vault, Familiar familiar) {
        return new Attempts(limits, audit, vault, familiar);
    }

    @Bean UserAdmin userAdmin(Accounts accounts, Roles roles, SignOut signOut, Messaging messaging, Postgres postgres,
        Audit audit, Ids ids, InstantSource clock) {
        return new UserAdmin(accounts, roles, signOut, messaging, postgres, audit, ids, clock);
    }

    @Bean UserList userList(Postgres postgres, Accounts accounts, PersonSeals seals) {
        return new UserList(postgres, accounts, seals);
    }

    @Bean RoleAdmin roleAdmin(Postgres postgres, Messaging messaging, Audit audit, Ids ids, InstantSource clock) {
        return new RoleAdmin(postgres, messaging, audit, ids, clock);
    }

    @Bean Bearer bearer(ObjectProvider<Credentials> kinds) {
        return new Bearer(SingletonSupplier.of(() -> kinds.orderedStream().toList()));
    }

    @Bean Identity identity(Accounts accounts, SignIn signIn, Roles roles, Codes codes, AddressProofs proofs, Ids ids,
        InstantSource clock) {
        return new Identity(accounts, signIn, roles, codes, proofs, ids, clock);
    }

    @Bean SecondStep secondStep(Accounts accounts, SignIn signIn, SignOut signOut, InstantSource clock) {
        return new SecondStep(accounts, signIn, signOut, clock);
    }

    @Bean Confirmation confirmation(Accounts accounts, Passwords passwords, InstantSource clock) {
        return new Confirmation(accounts, passwords, clock);
    }

    @Bean AccountRecords accountRecords(Postgres postgres, PersonSeals seals, Messaging messaging, Ids ids,
        InstantSource clock) {
        return new AccountRecords(postgres, seals, messaging, ids, clock);
    }

    @Bean Profiles profiles(Postgres postgres, PersonSeals seals) {
        return new Profiles(postgres, seals);
    }

    @Bean
    @Order(10) AtStart firstAdmin(SignIn signIn, Accounts accounts, Passwords passwords, Ids ids,
        Environment environment) {
        FirstAdmin first = new FirstAdmin(signIn, accounts, passwords, ids, environment);
        return new AtStart("first admin", first::make);
    }
}
