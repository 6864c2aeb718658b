package io.millrace.identity;

import io.millrace.http.Caller.Realm;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.postgres.Refused;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// What the other rooms may ask about people, and how they let in who proved himself elsewhere.
public final class Identity {
    private static final Set<String> NEWCOMER = Set.of("customer");

    private final Accounts accounts;
    private final SignIn signIn;
    private final Roles roles;
    private final Codes codes;
    private final AddressProofs proofs;
    private final Ids ids;
    private final InstantSource clock;

    Identity(Accounts accounts, SignIn signIn, Roles roles, Codes codes, AddressProofs proofs, Ids ids,
        InstantSource clock) {
        this.accounts = accounts;
        this.signIn = signIn;
        this.roles = roles;
        this.codes = codes;
        this.proofs = proofs;
        this.ids = ids;
        this.clock = clock;
    }

    /// How to reach a person.
    public record Contact(UUID account, String name, String email, @Nullable String phone) {}

    /// What a person may do at this moment, for keys that act for him.
    public record Rights(UUID account, Realm realm, Set<String> permissions) {}

    /// Empty when the account is not active.
    public Mono<Rights> rights(UUID account) {
        return accounts.byId(account).filter(Account::isActive)
            .flatMap(found -> roles.permissions(found.roles(), found.realm())
                .map(permissions -> new Rights(found.id(), found.realm(), permissions)));
    }

    /// Somebody whose address was proven by another house. Blank names are allowed; the address must be one.
    public record Newcomer(String email, String firstName, String lastName) {}

    /// An account that was made, or the refusal to.
    public sealed interface Made {
        record Account(UUID account) implements Made {}

        /// The address has an account already, proven or not: nothing was made.
        record AddressTaken() implements Made {}

        record NoAddress() implements Made {}
    }

    /// A letter of ours: where it goes, to whom, and the code in it; a notice has none.
    public record Code(UUID id, Purpose purpose, String email, String name, @Nullable String token) {}

    /// What a letter is for. A code of the first two answers `POST /auth/verify-email`, one of the next two
    /// `POST /auth/reset-password`; `ADDRESS_TAKEN` goes to somebody whose address was to be registered again.
    public enum Purpose {
        VERIFY_EMAIL, CHANGE_EMAIL, RESET_PASSWORD, ADDRESS_TAKEN, EMAIL_CHANGED, PASSWORD_CHANGED;

        boolean hasToken() {
            return this != EMAIL_CHANGED && this != PASSWORD_CHANGED;
        }
    }

    /// What a letter says whose [IdentityEvent.CodeRequested] was heard. Its code is made now and lives 45 minutes from
    /// the first writing; writing it again (up to twelve times, when sending failed) makes another and voids the one
    /// before. Empty when it was used, is over, or its person is gone: there is nothing to tell any more.
    public Mono<Code> code(UUID id) {
        return codes.written(id, clock.instant());
    }

    /// Asks a person to prove by mail that another address is his; it becomes his account's when he does. The answer
    /// tells nothing about whether somebody has it.
    public Mono<Boolean> changeEmail(UUID account, String email) {
        if (!Email.isValid(email)) return Mono.just(false);
        return proofs.askChange(account, Email.of(email)).thenReturn(true);
    }

    /// Empty when there is no such account, or it was erased.
    public Mono<Contact> contact(UUID account) {
        return accounts.byId(account).filter(found -> found.status() != Account.Status.ERASED)
            .map(found -> new Contact(found.id(), found.name(), found.email(), found.phone()));
    }

    /// The account of this address, only where its owner has proven it: an unproven one is nobody's yet, and must never
    /// be linked to. Empty otherwise.
    public Mono<UUID> byVerifiedEmail(String email) {
        return Mono.justOrEmpty(Email.isValid(email) ? Email.of(email) : null).flatMap(accounts::byEmail)
            .map(Accounts.Locked::account).filter(Account::verified).filter(Account::isActive).map(Account::id);
    }

    /// Makes a customer's account without a password, its address proven.
    public Mono<Made> create(Newcomer newcomer) {
        if (!Email.isValid(newcomer.email())) return Mono.just(new Made.NoAddress());
        Account account = Account.fresh(ids.next(), Email.of(newcomer.email()), newcomer.firstName(),
            newcomer.lastName(), null, NEWCOMER).asVerified();
        return signIn.created(account, null).<Made>map(made -> new Made.Account(made.id()))
            .onErrorResume(Refused.class, refused -> refused.is(Accounts.EMAIL_TAKEN)
                ? Mono.just(new Made.AddressTaken()) : Mono.error(refused));
    }

    /// Lets in somebody whose first factor was proven elsewhere. The answer is that of `POST /auth/login`: 200 with
    /// tokens, 202 with the challenge of his second factor, or 403 when the account is closed. `methods` are words of
    /// RFC 8176 or `fed`.
    public Mono<Reply> enter(UUID account, Set<String> methods, ServerRequest request) {
        return accounts.byId(account).filter(found -> found.status() != Account.Status.ERASED)
            .flatMap(found -> signIn.proven(found, methods, Device.of(request))).map(SignInReply::of)
            .switchIfEmpty(Reply.refuse(Problem.unauthorized()));
    }
}
