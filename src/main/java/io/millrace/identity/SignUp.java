package io.millrace.identity;

import io.millrace.http.Ids;
import io.millrace.identity.Identity.Purpose;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Refused;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Registers people. It ends the same whether the address has an account or not, and takes as long: only the letter
/// tells, and it goes to the address. (ASVS 5.0 V6.3.8.)
final class SignUp {
    private static final Set<String> NEWCOMER = Set.of("customer");

    private final Accounts accounts;
    private final Passwords passwords;
    private final AddressProofs proofs;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    SignUp(Accounts accounts, Passwords passwords, AddressProofs proofs, Messaging messaging, Ids ids,
        InstantSource clock) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.proofs = proofs;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    /// What somebody tells about himself to get an account.
    record Registration(Email email, String password, String firstName, String lastName, @Nullable String phone) {}

    /// The password is hashed in either case. Who has the address already is told that somebody asked, with a way to a
    /// new password: nobody can keep an account that he registered for an address which is not his.
    Mono<Void> register(Registration wish) {
        return passwords.hash(wish.password()).flatMap(hash -> messaging.commit(account(wish, hash)).then()
            .onErrorResume(Refused.class, no -> no.is(Accounts.EMAIL_TAKEN)
                ? proofs.ask(wish.email().value(), Purpose.ADDRESS_TAKEN) : Mono.error(no)));
    }

    private Change account(Registration wish, String hash) {
        Account account = Account.fresh(ids.next(), wish.email(), wish.firstName(), wish.lastName(), wish.phone(),
            NEWCOMER);
        UUID code = ids.next();
        Instant now = clock.instant();
        return accounts.inserting(account, hash, now).with(Codes.toNew(code, Purpose.VERIFY_EMAIL, now))
            .tells(new IdentityEvent.AccountRegistered(ids.next(), account.id(), 1, now), proofs.requested(code));
    }
}
