package io.millrace.identity;

import io.millrace.http.Caller;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Whether somebody means it, and is who his token says: before what cannot be undone.
public final class Confirmation {
    /// No password has more characters.
    public static final int PASSWORD_CHARS_MAX = Passwords.CHARS_MAX;
    /// A sign-in of somebody without a password must be younger.
    static final Duration FRESH = Duration.ofMinutes(5);

    private final Accounts accounts;
    private final Passwords passwords;
    private final InstantSource clock;

    Confirmation(Accounts accounts, Passwords passwords, InstantSource clock) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.clock = clock;
    }

    /// Whether the password is the caller's. Who has none (he came by another house) must have proved who he is within
    /// [#FRESH].
    public Mono<Boolean> confirms(Caller caller, @Nullable String password) {
        return accounts.lockedById(caller.account()).flatMap(found -> found.hash() == null
            ? Mono.just(isFresh(caller))
            : password == null || password.isEmpty() || password.length() > Passwords.CHARS_MAX ? Mono.just(false)
                : passwords.matches(password, found.hash()))
            .defaultIfEmpty(false);
    }

    private boolean isFresh(Caller caller) {
        return caller.proof().filter(proof -> proof.kind() == Caller.Kind.SESSION
            && proof.at().plus(FRESH).isAfter(clock.instant())).isPresent();
    }
}
