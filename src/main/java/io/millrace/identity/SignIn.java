package io.millrace.identity;

import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Registers people, signs them in, keeps them signed in, signs them out.
final class SignIn {
    private final Accounts accounts;
    private final Sessions sessions;
    private final Passwords passwords;
    private final AccessTokens tokens;
    private final KeyRing ring;
    private final Messaging messaging;
    private final Postgres postgres;
    private final Ids ids;
    private final InstantSource clock;
    private final Duration refreshLife;

    SignIn(Accounts accounts, Sessions sessions, Passwords passwords, AccessTokens tokens, KeyRing ring,
        Messaging messaging, Postgres postgres, Ids ids, InstantSource clock, Duration refreshLife) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.passwords = passwords;
        this.tokens = tokens;
        this.ring = ring;
        this.messaging = messaging;
        this.postgres = postgres;
        this.ids = ids;
        this.clock = clock;
        this.refreshLife = refreshLife;
    }

    /// What somebody tells about himself to get an account.
    record Registration(Email email, String password, String firstName, String lastName, @Nullable String phone) {}

    /// How a call ends.
    sealed interface Outcome {
        record SignedIn(String accessToken, String refreshToken, Duration life, Account account) implements Outcome {}

        record EmailTaken() implements Outcome {}

        /// Unknown address or wrong password: the two look and last the same.
        record WrongCredentials() implements Outcome {}

        record Suspended() implements Outcome {}

        /// The refresh token is unknown, expired, revoked, or was used before.
        record NoSession() implements Outcome {}
    }

    Mono<Outcome> register(Registration wish, Set<String> roles) {
        return passwords.hash(wish.password()).flatMap(hash -> {
            Instant now = clock.instant();
            Account account = new Account(ids.next(), wish.email().value(), wish.firstName(), wish.lastName(),
                wish.phone(), Account.Status.ACTIVE, roles);
            Opened opened = new Opened(ids.next(), Ids.token());
            Change change = Change.of(Accounts.insert(account, hash, now), session(account, opened, now))
                .tells(new IdentityEvent.AccountRegistered(ids.next(), account.id(), 1, now));
            return messaging.commit(change).then(signedIn(account, opened))
                .onErrorResume(Refused.class, refused -> refused.is(Accounts.EMAIL_TAKEN)
                    ? Mono.just(new Outcome.EmailTaken()) : Mono.error(refused));
        });
    }

    Mono<Outcome> login(String email, String password) {
        return Mono.justOrEmpty(Email.isValid(email) ? Email.of(email) : null)
            .flatMap(accounts::byEmail).map(Optional::of).defaultIfEmpty(Optional.empty())
            .flatMap(found -> checked(found.orElse(null), password));
    }

    Mono<Outcome> refresh(String refreshToken) {
        byte[] used = Bearer.sha256(refreshToken);
        String next = Ids.token();
        return sessions.rotate(used, Bearer.sha256(next), clock.instant())
            .flatMap(rotated -> accounts.byId(rotated.account())
                .filter(Account::isActive)
                .flatMap(account -> signedIn(account, new Opened(rotated.session(), next))))
            .switchIfEmpty(sessions.revoke(used, "refresh token used twice", clock.instant())
                .thenReturn(new Outcome.NoSession()));
    }

    Mono<Long> logout(String refreshToken) {
        return sessions.revoke(Bearer.sha256(refreshToken), "signed out", clock.instant());
    }

    private Mono<Outcome> checked(Accounts.@Nullable Locked found, String password) {
        return passwords.matches(password, found == null ? null : found.hash()).flatMap(right -> {
            if (!right || found == null || found.account().status() == Account.Status.ERASED)
                return Mono.just(new Outcome.WrongCredentials());
            if (!found.account().isActive()) return Mono.just(new Outcome.Suspended());
            Opened opened = new Opened(ids.next(), Ids.token());
            Piece session = session(found.account(), opened, clock.instant());
            return postgres.run(Write.of(session)).then(signedIn(found.account(), opened));
        });
    }

    private Piece session(Account account, Opened opened, Instant now) {
        return Sessions.open(opened.session, account.id(), Bearer.sha256(opened.refresh), now, now.plus(refreshLife));
    }

    private Mono<Outcome> signedIn(Account account, Opened opened) {
        return ring.keys().map(keys -> new Outcome.SignedIn(
            tokens.mint(account, opened.session, ids.next(), keys, clock.instant()), opened.refresh, tokens.life(),
            account));
    }

    private record Opened(UUID session, String refresh) {}
}
