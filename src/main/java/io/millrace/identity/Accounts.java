package io.millrace.identity;

import io.millrace.http.Caller.Realm;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
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
