package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.identity.Identity.Purpose;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// What happens by letters: proving an address, and getting a new password when the old one is forgotten.
///
/// Asking for a letter is answered the same whether anybody has the address or not, and costs the same one statement.
final class AddressProofs {
    static final String NEW_PASSWORD = "a new password";

    private final Accounts accounts;
    private final Codes codes;
    private final Passwords passwords;
    private final SignOut signOut;
    private final Audit audit;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    AddressProofs(Accounts accounts, Codes codes, Passwords passwords, SignOut signOut, Audit audit,
        Messaging messaging, Ids ids, InstantSource clock) {
        this.accounts = accounts;
        this.codes = codes;
        this.passwords = passwords;
        this.signOut = signOut;
        this.audit = audit;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    /// How a code's use ends.
    enum Use { DONE, NO_CODE, ADDRESS_TAKEN }

    /// Asks for a letter to whoever has this address, if anybody does.
    Mono<Void> ask(String email, Purpose purpose) {
        String address = Email.isValid(email) ? Email.of(email).value() : "";
        UUID code = ids.next();
        return messaging.commit(Change.of(codes.toAddress(code, address, purpose, clock.instant()))
            .tells(requested(code))).then()
            .onErrorResume(Refused.class, no -> no.is(Codes.NOT_DUE) ? Mono.empty() : Mono.error(no));
    }

    /// Asks a person to prove that another address is his. Nothing changes until he does.
    Mono<Void> askChange(UUID account, Email address) {
        UUID code = ids.next();
        return messaging.commit(Change.of(
            codes.to(code, account, Purpose.CHANGE_EMAIL, address.value(), clock.instant()))
            .tells(requested(code))).then();
    }

    /// The address is proven: the account's own, or the new one that takes its place.
    Mono<Use> prove(String token) {
        return Change.retryStale(() -> codes.find(token, clock.instant())
            .flatMap(found -> switch (found.purpose()) {
                case VERIFY_EMAIL -> proven(found);
                case CHANGE_EMAIL -> changed(found);
                default -> Mono.just(Use.NO_CODE);
            })
            .defaultIfEmpty(Use.NO_CODE));
    }

    private Mono<Use> proven(Codes.Found found) {
        Account account = found.account();
        Instant now = clock.instant();
        if (account.verified()) return used(Change.of(Codes.used(found.id(), now)));
        return used(Change.of(Codes.used(found.id(), now), Accounts.verified(account, now))
            .tells(new IdentityEvent.EmailVerified(ids.next(), account.id(), account.version() + 1, now)));
    }

    /// The old address hears of it. The unique index refuses an address that somebody took meanwhile.
    private Mono<Use> changed(Codes.Found found) {
        Account account = found.account();
        String address = Optional.ofNullable(found.address()).orElseThrow();
        Instant now = clock.instant();
        UUID notice = ids.next();
        return accounts.moved(account, address, now).flatMap(moved -> used(Change.of(Codes.used(found.id(), now), moved,
            codes.to(notice, account.id(), Purpose.EMAIL_CHANGED, account.email(), now))
            .tells(new IdentityEvent.EmailChanged(ids.next(), account.id(), account.version() + 1, now),
                requested(notice))))
            .defaultIfEmpty(Use.NO_CODE);
    }

    /// Sets a new password by a letter's code, which also proves the address. All sessions end.
    Mono<Use> reset(String token, String password) {
        return passwords.hash(password).flatMap(hash -> Change.retryStale(() -> codes.find(token, clock.instant())
            .filter(found -> found.purpose() == Purpose.RESET_PASSWORD || found.purpose() == Purpose.ADDRESS_TAKEN)
            .flatMap(found -> used(renewed(found.account(), hash, true).with(
                Codes.used(found.id(), clock.instant()))))
            .defaultIfEmpty(Use.NO_CODE)));
    }

    /// The write of a new password: a new epoch, the address proven when a code from there came, and a notice.
    Change renewed(Account account, String hash, boolean proves) {
        Instant now = clock.instant();
        UUID notice = ids.next();
        Piece password = Accounts.password(account, hash, proves, now);
        return Change.of(password, codes.to(notice, account.id(), Purpose.PASSWORD_CHANGED, null, now),
            audit.entry((Caller) null, "account.password", "account:" + account.id(), null,
                Map.of("by", proves ? "mail" : "password"), ""))
            .tells(new IdentityEvent.PasswordChanged(ids.next(), account.id(), account.version() + 1, now),
                signOut.ended(account.id(), null, NEW_PASSWORD), requested(notice));
    }

    IdentityEvent.CodeRequested requested(UUID code) {
        return new IdentityEvent.CodeRequested(ids.next(), code, clock.instant());
    }

    private Mono<Use> used(Change change) {
        return messaging.commit(change).thenReturn(Use.DONE).onErrorMap(Accounts::refused).onErrorResume(Refused.class,
            no -> no.is(Codes.NO_CODE) ? Mono.just(Use.NO_CODE)
                : no.is(Accounts.EMAIL_TAKEN) ? Mono.just(Use.ADDRESS_TAKEN) : Mono.error(no));
    }
}
