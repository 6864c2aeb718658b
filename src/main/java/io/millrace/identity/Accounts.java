package io.millrace.identity;

import io.millrace.http.Caller.Realm;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
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
        a.id, a.email, a.password, a.first_name, a.last_name, a.phone, a.status, a.epoch, a.version,
               a.email_verified_at is not null as verified,
               array(select role from identity.account_roles where account = a.id order by role) as roles,
               exists (select from identity.account_roles held join identity.roles role on role.code = held.role
                        where held.account = a.id and role.realm = 'STAFF') as staff""";
    private static final String SELECT = "select " + COLUMNS + " from identity.accounts a ";

    private final Postgres postgres;

    Accounts(Postgres postgres) {
        this.postgres = postgres;
    }

    /// An account together with the hash that only sign-in may see; none when he has no password.
    record Locked(Account account, @Nullable String hash) {}

    /// A new account with its roles. The unique index on the address decides, not a look beforehand.
    static Piece insert(Account account, @Nullable String hash, Instant now) {
        return Piece.of("""
            account_row as (
                insert into identity.accounts (id, email, password, first_name, last_name, phone, status, created_at,
                                               email_verified_at)
                values (:account, :email, :hash, :first_name, :last_name, :phone, :status, :account_at,
                        case when :account_verified then :account_at::timestamptz end)
                on conflict (email) do nothing
                returning id),
            account_role_rows as (
                insert into identity.account_roles (account, role)
                select id, unnest(:roles::text[]) from account_row)""")
            .bind("account", account.id()).bind("email", account.email()).bind("hash", hash, String.class)
            .bind("first_name", account.firstName()).bind("last_name", account.lastName())
            .bind("phone", account.phone(), String.class).bind("status", account.status().name())
            .bind("account_at", now).bind("account_verified", account.verified())
            .bind("roles", account.roles().toArray(String[]::new))
            .check("exists (select from account_row)", EMAIL_TAKEN);
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

    /// Another address, proven; the unique index refuses one that somebody has ([#refused]).
    static Piece moved(Account account, String email, Instant now) {
        return Piece.of("""
            account_moved as (
                update identity.accounts set email = :moved_email, email_verified_at = :moved_at, version = version + 1,
                       profile_version = profile_version + 1
                 where id = :moved_account and version = :moved_version returning id)""")
            .bind("moved_account", account.id()).bind("moved_version", account.version())
            .bind("moved_email", email).bind("moved_at", now)
            .check("exists (select from account_moved)", Refused.STALE);
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
                && "accounts_email_key".equals(e.getErrorDetails().getConstraintName().orElse("")))
                return new Refused(EMAIL_TAKEN);
        return error;
    }

    Mono<Locked> byEmail(Email email) {
        return postgres.query(SELECT + "where a.email = :email", Map.of("email", email.value()),
            row -> new Locked(account(row), maybe(row, "password"))).singleOrEmpty();
    }

    Mono<Account> byId(UUID id) {
        return lockedById(id).map(Locked::account);
    }

    Mono<Locked> lockedById(UUID id) {
        return postgres.query(SELECT + "where a.id = :id", Map.of("id", id),
            row -> new Locked(account(row), maybe(row, "password"))).singleOrEmpty();
    }

    static Account account(Readable row) {
        return new Account(Objects.requireNonNull(row.get("id", UUID.class)), text(row, "email"),
            text(row, "first_name"), text(row, "last_name"), maybe(row, "phone"),
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
