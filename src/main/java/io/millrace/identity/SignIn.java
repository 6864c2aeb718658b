package io.millrace.identity;

import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Signs people in.
///
/// A sign-in has two steps: a first factor is proven ([#login], or elsewhere and told to [#proven]); then either the
/// account's second factor is asked for, or [#enter] opens the session.
final class SignIn {
    static final String PASSWORD = "pwd";

    private final Accounts accounts;
    private final Sessions sessions;
    private final Passwords passwords;
    private final AccessTokens tokens;
    private final Supplier<Optional<SecondFactor>> second;
    private final Messaging messaging;
    private final Postgres postgres;
    private final Ids ids;
    private final InstantSource clock;
    private final AddressProofs proofs;
    private final Duration refreshLife;
    private final boolean unverifiedToo;

    SignIn(Accounts accounts, Sessions sessions, Passwords passwords, AccessTokens tokens,
        Supplier<Optional<SecondFactor>> second, Messaging messaging, Postgres postgres, Ids ids, InstantSource clock,
        AddressProofs proofs, IdentitySettings settings) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.passwords = passwords;
        this.tokens = tokens;
        this.second = second;
        this.messaging = messaging;
        this.postgres = postgres;
        this.ids = ids;
        this.clock = clock;
        this.proofs = proofs;
        this.refreshLife = settings.refreshLife();
        this.unverifiedToo = settings.unverifiedLogin();
    }

    /// How a call ends.
    sealed interface Outcome {
        record SignedIn(String accessToken, String refreshToken, Duration life, Account account) implements Outcome {}

        /// Proven once more: a new access token for the session that goes on.
        record Renewed(String accessToken, Duration life, Account account) implements Outcome {}

        /// The first factor is right; the second is wanted.
        record Challenged(SecondFactor.Challenge challenge) implements Outcome {}

        /// Unknown address, wrong password, or an address not proven where that is asked for: they look and last the
        /// same.
        record WrongCredentials(@Nullable UUID account) implements Outcome {}

        record Suspended(UUID account) implements Outcome {}

        /// The refresh token is unknown, expired, revoked, or was used before.
        record NoSession() implements Outcome {}
    }

    /// Writes a new account; fails with [Refused] `email_taken`.
    Mono<Account> created(Account account, @Nullable String hash) {
        return messaging.commit(accounts.inserting(account, hash, clock.instant())
            .tells(new IdentityEvent.AccountRegistered(ids.next(), account.id(), 1, clock.instant())))
            .then(Mono.defer(() -> accounts.byId(account.id())));
    }

    Mono<Outcome> login(String email, String password, Device device) {
        return Mono.justOrEmpty(Email.isValid(email) ? Email.of(email) : null).flatMap(accounts::byEmail)
            .map(Optional::of).defaultIfEmpty(Optional.empty())
            .flatMap(found -> checked(found.orElse(null), password, device));
    }

    private Mono<Outcome> checked(Accounts.@Nullable Locked found, String password, Device device) {
        return passwords.matches(password, found == null ? null : found.hash()).flatMap(right -> {
            if (!right || found == null || found.account().status() == Account.Status.ERASED
                || !found.account().verified() && !unverifiedToo)
                return Mono.just(new Outcome.WrongCredentials(found == null ? null : found.account().id()));
            return rehashed(found, password).then(proven(found.account(), Set.of(PASSWORD), device));
        });
    }

    /// The parameters of hashing grow over the years; whoever signs in takes part.
    private Mono<Void> rehashed(Accounts.Locked found, String password) {
        String before = found.hash();
        if (before == null || !passwords.isOutdated(before)) return Mono.empty();
        return passwords.hash(password).flatMap(after -> accounts.rehashed(found.account().id(), before, after)).then();
    }

    /// A signed-in person gives himself another password: all his sessions end, and here begins a new one.
    Mono<Outcome> newPassword(Caller caller, String current, String wanted, Device device) {
        return accounts.lockedById(caller.account()).filterWhen(found -> passwords.matches(current, found.hash()))
            .flatMap(found -> passwords.hash(wanted).flatMap(hash -> Change.retryStale(
                () -> renewed(caller.account(), hash, device))))
            .defaultIfEmpty(new Outcome.WrongCredentials(caller.account()));
    }

    private Mono<Outcome> renewed(UUID id, String hash, Device device) {
        return accounts.byId(id).flatMap(account -> {
            Session session = new Session(ids.next(), id, clock.instant(), Set.of(PASSWORD));
            String refresh = Ids.token();
            return messaging.commit(proofs.renewed(account, hash, false)
                .with(opening(session, account.epoch() + 1, refresh, device)))
                .then(signedIn(account, session, refresh));
        });
    }

    /// The first factor is right: a session, or the challenge of the second factor, if the account has one.
    Mono<Outcome> proven(Account account, Set<String> methods, Device device) {
        if (!account.isActive()) return Mono.just(new Outcome.Suspended(account.id()));
        return Mono.justOrEmpty(second.get()).flatMap(next -> next.challenge(account.id(), account.epoch(), methods))
            .<Outcome>map(Outcome.Challenged::new)
            .switchIfEmpty(Mono.defer(() -> enter(account, methods, device)));
    }

    /// Everything that is asked for was proven: opens the session.
    Mono<Outcome> enter(Account account, Set<String> methods, Device device) {
        if (!account.isActive()) return Mono.just(new Outcome.Suspended(account.id()));
        Session session = new Session(ids.next(), account.id(), clock.instant(), methods);
        String refresh = Ids.token();
        return postgres.run(Write.of(opening(session, account.epoch(), refresh, device)))
            .then(signedIn(account, session, refresh));
    }

    private Piece opening(Session session, int epoch, String refresh, Device device) {
        return Sessions.open(session, epoch, Bearer.sha256(Ids.token()), Bearer.sha256(refresh), device,
            session.at().plus(refreshLife));
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
        return tokens.mint(account, session, ids.next());
    }
}
