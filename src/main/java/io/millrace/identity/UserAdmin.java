package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Caller;
import io.millrace.http.Caller.Realm;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// What the staff does to accounts: gives and takes roles, closes and opens. Nobody gives or takes what he has not, nor
/// acts on somebody mightier; the last super admin stays. Every change ends the account's sessions at once.
final class UserAdmin {
    static final String SUPER_ADMIN = "super_admin";
    private static final String LAST = "last_super_admin";

    private final Accounts accounts;
    private final Roles roles;
    private final SignOut signOut;
    private final Messaging messaging;
    private final Postgres postgres;
    private final Audit audit;
    private final Ids ids;
    private final InstantSource clock;

    UserAdmin(Accounts accounts, Roles roles, SignOut signOut, Messaging messaging, Postgres postgres, Audit audit,
        Ids ids, InstantSource clock) {
        this.accounts = accounts;
        this.roles = roles;
        this.signOut = signOut;
        this.messaging = messaging;
        this.postgres = postgres;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /// How a change ends.
    sealed interface Outcome {
        record Changed(Account account) implements Outcome {}

        record NoSuchAccount() implements Outcome {}

        record UnknownRole(String role) implements Outcome {}

        /// The actor has less than what he wants to give, take, or act on.
        record TooMighty() implements Outcome {}

        record LastSuperAdmin() implements Outcome {}
    }

    Mono<Outcome> give(ServerRequest request, UUID id, Set<String> wanted) {
        return change(id, account -> roles.unknown(wanted).flatMap(role -> role.isPresent()
            ? Mono.just(new Outcome.UnknownRole(role.get())) : given(request, account, wanted)));
    }

    private Mono<Outcome> given(ServerRequest request, Account account, Set<String> wanted) {
        if (wanted.equals(account.roles())) return Mono.just(new Outcome.Changed(account));
        Set<String> touched = new HashSet<>(account.roles());
        touched.addAll(wanted);
        Instant now = clock.instant();
        Change change = Change.of(rolesOf(account, wanted), audit.entry(request, "role.grant",
            "account:" + account.id(), Map.of("roles", sorted(account.roles())), Map.of("roles", sorted(wanted))))
            .tells(new IdentityEvent.RolesGiven(ids.next(), account.id(), sorted(wanted), account.version() + 1, now),
                signOut.ended(account.id(), null, "other roles"));
        return allowed(request, touched, change, account);
    }

    Mono<Outcome> status(ServerRequest request, UUID id, Account.Status wanted) {
        return change(id, account -> {
            if (account.status() == wanted) return Mono.just(new Outcome.Changed(account));
            Instant now = clock.instant();
            Change change = Change.of(statusOf(account, wanted), audit.entry(request, "account.status",
                "account:" + account.id(), Map.of("status", account.status()), Map.of("status", wanted)))
                .tells(new IdentityEvent.StatusChanged(ids.next(), account.id(), wanted.name(),
                    account.version() + 1, now), signOut.ended(account.id(), null, "account " + wanted));
            return allowed(request, account.roles(), change, account);
        });
    }

    /// Ends all sessions of somebody.
    Mono<Outcome> signOut(ServerRequest request, UUID id) {
        return change(id, account -> allowed(request, account.roles(), Change.of(SignOut.epoch(account.id()),
            audit.entry(request, "account.sign_out", "account:" + account.id(), null, null))
            .tells(signOut.ended(account.id(), null, "signed out by the staff")), account));
    }

    private Mono<Outcome> change(UUID id, Function<Account, Mono<Outcome>> decide) {
        return Change.retryStale(() -> postgres.transactional(locked().then(accounts.byId(id))
            .filter(account -> account.status() != Account.Status.ERASED).flatMap(decide)
            .defaultIfEmpty(new Outcome.NoSuchAccount())))
            .onErrorResume(Refused.class, no -> no.is(LAST) ? Mono.just(new Outcome.LastSuperAdmin())
                : Mono.error(no));
    }

    /// Two that would each take the other's last word wait for one another here: the check of the later one's write
    /// then sees what the earlier one did.
    private Mono<Long> locked() {
        return postgres.query("select 1 as one from identity.roles where code = :code for update",
            Map.of("code", SUPER_ADMIN), row -> 1).count();
    }

    private Mono<Outcome> allowed(ServerRequest request, Set<String> touched, Change change, Account account) {
        Caller actor = Caller.of(request);
        return roles.permissions(touched, Realm.STAFF).flatMap(needed -> needed.stream().allMatch(actor::may)
            ? messaging.commit(change).then(Mono.defer(() -> accounts.byId(account.id())))
                .<Outcome>map(Outcome.Changed::new)
            : Mono.just(new Outcome.TooMighty()));
    }

    private static Piece rolesOf(Account account, Set<String> wanted) {
        return guarded(Piece.of("""
            account_touched as (
                update identity.accounts set version = version + 1, epoch = epoch + 1
                 where id = :touched and version = :touched_version returning id),
            roles_taken as (
                delete from identity.account_roles where account = :touched and role <> all(:wanted::text[])),
            roles_given as (
                insert into identity.account_roles (account, role)
                select id, unnest(:wanted::text[]) from account_touched on conflict do nothing)"""), account,
            wanted.contains(SUPER_ADMIN) && account.isActive())
            .bind("wanted", wanted.toArray(String[]::new));
    }

    private static Piece statusOf(Account account, Account.Status wanted) {
        return guarded(Piece.of("""
            account_touched as (
                update identity.accounts set version = version + 1, epoch = epoch + 1, status = :wanted_status
                 where id = :touched and version = :touched_version returning id)"""), account,
            account.roles().contains(SUPER_ADMIN) && wanted == Account.Status.ACTIVE)
            .bind("wanted_status", wanted.name());
    }

    /// The version, and that a super admin remains: this one, or another who may sign in.
    private static Piece guarded(Piece piece, Account account, boolean remains) {
        return piece.bind("touched", account.id()).bind("touched_version", account.version())
            .bind("remains", remains)
            .check("exists (select from account_touched)", Refused.STALE)
            .check("""
                :remains or exists (
                    select from identity.account_roles held join identity.accounts other on other.id = held.account
                     where held.role = 'super_admin' and other.status = 'ACTIVE' and other.id <> :touched)""", LAST);
    }

    private static List<String> sorted(Set<String> words) {
        return SignInReply.sorted(words);
    }
}
