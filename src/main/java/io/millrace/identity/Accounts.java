package io.millrace.identity;

import io.millrace.http.Caller.Realm;
import io.millrace.messaging.Change;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.vault.Vault;
import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The accounts' table.
final class Accounts {
    static final String EMAIL_TAKEN = "email_taken";

    static final String COLUMNS = """
        a.id, a.password, a.status, a.epoch, a.version, %s,
               a.email_verified_at is not null as verified,
               array(select role from identity.account_roles where account = a.id order by role) as roles,
               exists (select from identity.account_roles held join identity.roles role on role.code = held.role
                        where held.account = a.id and role.realm = 'STAFF') as staff""".formatted(PersonSeals.COLUMNS);
    private static final String SELECT = "select " + COLUMNS + " from identity.accounts a ";

    private final Postgres postgres;
    private final PersonSeals seals;

    Accounts(Postgres postgres, PersonSeals seals) {
        this.postgres = postgres;
        this.seals = seals;
    }

    /// An account together with the hash that only sign-in may see; none when he has no password.
    record Locked(Account account, @Nullable String hash) {}

    /// A new account with its roles and its person's key. The unique index on the address decides, not a look
    /// beforehand; refused as [#EMAIL_TAKEN].
    Change inserting(Account account, @Nullable String hash, Instant now) {
        Vault.Fresh fresh = seals.fresh(account.id());
        UUID id = account.id();
        return Change.of(fresh.piece(), Piece.of("""
            account_row as (
                insert into identity.accounts (id, email_blind, email_sealed, about_sealed, phone_blind, password,
                                               status, created_at, email_verified_at)
                values (:account, :email_blind, :email_sealed, :about_sealed, :phone_blind, :hash, :status,
                        :account_at, case when :account_verified then :account_at::timestamptz end)
                on conflict (email_blind) do nothing
                returning id),
            account_role_rows as (
                insert into identity.account_roles (account, role)
                select id, unnest(:roles::text[]) from account_row)""")
            .bind("account", id).bind("email_blind", seals.blindEmail(account.email()))
            .bind("email_sealed", seals.email(fresh.key(), id, account.email()))
            .bind("about_sealed", seals.about(fresh.key(), id,
                new PersonSeals.About(account.firstName(), account.lastName(), account.phone())))
            .bind("phone_blind", seals.blindPhone(account.phone()), byte[].class)
            .bind("hash", hash, String.class).bind("status", account.status().name())
            .bind("account_at", now).bind("account_verified", account.verified())
            .bind("roles", account.roles().toArray(String[]::new))
            .check("exists (select from account_row)", EMAIL_TAKEN));
    }

    /// The address is proven.
    static Piece verified(Account account, Instant now) {
        return Piece.of("""
            account_verified as (
                update identity.accounts set email_verified_at = :verified_at, version = version + 1
                 where id = :verified_account and version = :verified_version returning id)""")
            .bind("verified_account", account.id()).bind("verified_version", account.version())
            .bind("verified_at", now).check("exists (select from account_verified)", Refused.STALE);
    }

    /// Another address, proven; the unique index refuses one that somebody has ([#refused]). Empty when the person was
    /// erased meanwhile.
    Mono<Piece> moved(Account account, String email, Instant now) {
        return seals.key(account.id()).map(key -> Piece.of("""
            account_moved as (
                update identity.accounts
                   set email_blind = :moved_blind, email_sealed = :moved_sealed, email_verified_at = :moved_at,
                       version = version + 1, profile_version = profile_version + 1
                 where id = :moved_account and version = :moved_version and status <> 'ERASED' returning id)""")
            .bind("moved_account", account.id()).bind("moved_version", account.version())
            .bind("moved_blind", seals.blindEmail(email))
            .bind("moved_sealed", seals.email(key, account.id(), email)).bind("moved_at", now)
            .check("exists (select from account_moved)", Refused.STALE));
    }

    /// A new password, and with it a new epoch: all sessions are over.
    static Piece password(Account account, String hash, boolean proves, Instant now) {
        return Piece.of("""
            account_locked as (
                update identity.accounts
                   set password = :locked_hash, epoch = epoch + 1, version = version + 1,
                       email_verified_at = case when :locked_proves then coalesce(email_verified_at, :locked_at)
                                           else email_verified_at end
                 where id = :locked_account and version = :locked_version returning id)""")
            .bind("locked_account", account.id()).bind("locked_version", account.version())
            .bind("locked_hash", hash).bind("locked_proves", proves).bind("locked_at", now)
            .check("exists (select from account_locked)", Refused.STALE);
    }

    /// The same password under today's parameters, unless it was changed meanwhile.
    Mono<Long> rehashed(UUID account, String before, String after) {
        return postgres.update("update identity.accounts set password = :after where id = :id and password = :before",
            Map.of("id", account, "before", before, "after", after));
    }

    static Throwable refused(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause())
            if (cause instanceof PostgresqlException e
                && "accounts_email_blind_key".equals(e.getErrorDetails().getConstraintName().orElse("")))
                return new Refused(EMAIL_TAKEN);
        return error;
    }

    Mono<Locked> byEmail(Email email) {
        return postgres.query(SELECT + "where a.email_blind = :email",
            Map.of("email", seals.blindEmail(email.value())), row -> new Locked(account(row), maybe(row, "password")))
            .singleOrEmpty();
    }

    Mono<Account> byId(UUID id) {
        return lockedById(id).map(Locked::account);
    }

    Mono<Locked> lockedById(UUID id) {
        return postgres.query(SELECT + "where a.id = :id", Map.of("id", id),
            row -> new Locked(account(row), maybe(row, "password"))).singleOrEmpty();
    }

    /// From a row with [#COLUMNS].
    Account account(Readable row) {
        UUID id = Objects.requireNonNull(row.get("id", UUID.class));
        PersonSeals.Person person = seals.opened(id, row);
        PersonSeals.About about = person.about();
        return new Account(id, person.email(), about.firstName(), about.lastName(), about.phone(),
            Account.Status.valueOf(text(row, "status")),
            Set.of(Objects.requireNonNull(row.get("roles", String[].class))),
            is(row, "staff") ? Realm.STAFF : Realm.CUSTOMER, is(row, "verified"),
            Objects.requireNonNull(row.get("epoch", Integer.class)),
            Objects.requireNonNull(row.get("version", Long.class)));
    }

    private static boolean is(Readable row, String column) {
        return Boolean.TRUE.equals(row.get(column, Boolean.class));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }

    private static @Nullable String maybe(Readable row, String column) {
        return row.get(column, String.class);
    }
}
