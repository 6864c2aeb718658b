package io.millrace.identity;

import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Registers people and signs them in.
///
/// A sign-in has two steps: a first factor is proven ([#login], or elsewhere and told to [#proven]); then either the
/// account's second factor is asked for, or [#enter] opens the session.
final class SignIn {
    static final String PASSWORD = "pwd";

    private final Accounts accounts;
    private final Sessions sessions;
    private final Passwords passwords;
    private final AccessTokens tokens;
    private final KeyRing ring;
    private final Supplier<Optional<SecondFactor>> second;
    private final Messaging messaging;
    private final Postgres postgres;
    private final Ids ids;
    private final InstantSource clock;
    private final Duration refreshLife;

    SignIn(Accounts accounts, Sessions sessions, Passwords passwords, AccessTokens tokens, KeyRing ring,
        Supplier<Optional<SecondFactor>> second, Messaging messaging, Postgres postgres, Ids ids, InstantSource clock,
        Duration refreshLife) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.passwords = passwords;
        this.tokens = tokens;
        this.ring = ring;
        this.second = second;
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

        /// Proven once more: a new access token for the session that goes on.
        record Renewed(String accessToken, Duration life, Account account) implements Outcome {}

        /// The first factor is right; the second is wanted.
        record Challenged(SecondFactor.Challenge challenge) implements Outcome {}

        record EmailTaken() implements Outcome {}

        /// Unknown address or wrong password: the two look and last the same.
        record WrongCredentials() implements Outcome {}

        record Suspended() implements Outcome {}

        /// The refresh token is unknown, expired, revoked, or was used before.
        record NoSession() implements Outcome {}
    }

    Mono<Outcome> register(Registration wish, Set<String> roles, Device device) {
        return passwords.hash(wish.password()).flatMap(hash -> {
            Account account = Account.fresh(ids.next(), wish.email(), wish.firstName(), wish.lastName(), wish.phone(),
                roles);
            return created(account, hash).then(enter(account, Set.of(PASSWORD), device))
                .onErrorResume(Refused.class, refused -> refused.is(Accounts.EMAIL_TAKEN)
                    ? Mono.just(new Outcome.EmailTaken()) : Mono.error(refused));
        });
    }

    /// Writes a new account; fails with [Refused] `email_taken`.
    Mono<Account> created(Account account, @Nullable String hash) {
        return messaging.commit(Change.of(Accounts.insert(account, hash, clock.instant()))
            .tells(new IdentityEvent.AccountRegistered(ids.next(), account.id(), 1, clock.instant())))
            .then(Mono.defer(() -> accounts.byId(account.id())));
    }

    Mono<Outcome> login(String email, String password, Device device) {
        return Mono.justOrEmpty(Email.isValid(email) ? Email.of(email) : null)
            .flatMap(accounts::byEmail).map(Optional::of).defaultIfEmpty(Optional.empty())
            .flatMap(found -> checked(found.orElse(null), password, device));
    }

    private Mono<Outcome> checked(Accounts.@Nullable Locked found, String password, Device device) {
        return passwords.matches(password, found == null ? null : found.hash()).flatMap(right -> {
            if (!right || found == null || found.account().status() == Account.Status.ERASED)
                return Mono.just(new Outcome.WrongCredentials());
            return proven(found.account(), Set.of(PASSWORD), device);
        });
    }

    /// The first factor is right: a session, or the challenge of the second factor, if the account has one.
    Mono<Outcome> proven(Account account, Set<String> methods, Device device) {
        if (!account.isActive()) return Mono.just(new Outcome.Suspended());
        return Mono.justOrEmpty(second.get()).flatMap(next -> next.challenge(account.id(), methods, device))
            .<Outcome>map(Outcome.Challenged::new)
            .switchIfEmpty(Mono.defer(() -> enter(account, methods, device)));
    }

    /// Everything that is asked for was proven: opens the session.
    Mono<Outcome> enter(Account account, Set<String> methods, Device device) {
        if (!account.isActive()) return Mono.just(new Outcome.Suspended());
        Session session = new Session(ids.next(), account.id(), clock.instant(), methods);
        String refresh = Ids.token();
        Piece open = Sessions.open(session, account.epoch(), Bearer.sha256(Ids.token()), Bearer.sha256(refresh),
            device, session.at().plus(refreshLife));
        return postgres.run(Write.of(open)).then(signedIn(account, session, refresh));
    }

    /// A signed-in person proved by this method that he is still there: his session goes on with a newer `auth_time`.
    Mono<Outcome> provenAgain(Caller caller, String method) {
        return Mono.justOrEmpty(caller.session())
            .flatMap(session -> sessions.provenAgain(session, method, clock.instant()))
            .flatMap(session -> accounts.byId(session.account()).flatMap(account -> minted(account, session)
                .<Outcome>map(token -> new Outcome.Renewed(token, tokens.life(), account))))
            .defaultIfEmpty(new Outcome.NoSession());
    }

    /// A session that goes on with this refresh token.
    Mono<Outcome> goesOn(Session session, String refresh) {
        return accounts.byId(session.account()).flatMap(account -> signedIn(account, session, refresh));
    }

    private Mono<Outcome> signedIn(Account account, Session session, String refresh) {
        return minted(account, session)
            .map(token -> new Outcome.SignedIn(token, refresh, tokens.life(), account));
    }

    private Mono<String> minted(Account account, Session session) {
        return ring.keys().map(keys -> tokens.mint(account, session, ids.next(), keys, clock.instant()));
    }
}
