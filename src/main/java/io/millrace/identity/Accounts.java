package io.millrace.identity;

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

    private final Postgres postgres;

    Accounts(Postgres postgres) {
        this.postgres = postgres;
    }

    /// An account together with the hash that only sign-in may see.
    record Locked(Account account, String hash) {}

    /// A new account with one role. The unique index on the address decides, not a look beforehand.
    static Piece insert(Account account, String hash, Instant now) {
        return Piece.of("""
            account_row as (
                insert into identity.accounts (id, email, password, first_name, last_name, phone, status, created_at)
                values (:account, :email, :hash, :first_name, :last_name, :phone, :status, :account_at)
                on conflict (email) do nothing
                returning id),
            account_role_rows as (
                insert into identity.account_roles (account, role)
                select id, unnest(:roles::text[]) from account_row)""")
            .bind("account", account.id()).bind("email", account.email()).bind("hash", hash)
            .bind("first_name", account.firstName()).bind("last_name", account.lastName())
            .bind("phone", account.phone(), String.class).bind("status", account.status().name())
            .bind("account_at", now).bind("roles", account.roles().toArray(String[]::new))
            .check("exists (select from account_row)", EMAIL_TAKEN);
    }

    Mono<Locked> byEmail(Email email) {
        return postgres.query(SELECT + "where email = :email", Map.of("email", email.value()),
            row -> new Locked(account(row), text(row, "password"))).singleOrEmpty();
    }

    Mono<Account> byId(UUID id) {
        return postgres.query(SELECT + "where id = :id", Map.of("id", id), Accounts::account).singleOrEmpty();
    }

    private static final String SELECT = """
        select id, email, password, first_name, last_name, phone, status,
               array(select role from identity.account_roles where account = a.id order by role) as roles
          from identity.accounts a
         """;

    static Account account(Readable row) {
        return new Account(Objects.requireNonNull(row.get("id", UUID.class)), text(row, "email"),
            text(row, "first_name"), text(row, "last_name"), maybe(row, "phone"),
            Account.Status.valueOf(text(row, "status")),
            Set.of(Objects.requireNonNull(row.get("roles", String[].class))));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }

    private static @Nullable String maybe(Readable row, String column) {
        return row.get(column, String.class);
    }
}
