package io.millrace.identity;

import io.millrace.http.Ids;
import io.millrace.identity.Identity.Purpose;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Letters that are due, and the codes in them. A code exists in clear only in the hands of whoever writes the letter:
/// each writing makes a new one, which replaces the one before; here is its hash.
final class Codes {
    /// From the writing of the letter.
    static final Duration LIFE = Duration.ofMinutes(45);
    /// A letter that could not be written for so long is not written any more.
    private static final Duration WAITS = Duration.ofHours(12);
    /// How often one letter may be written: its sending may fail and be tried again.
    private static final int WRITTEN_MAX = 12;
    /// Letters of one purpose to one person within a day; more would be a nuisance sent in our name.
    static final int A_DAY_MAX = 5;
    private static final Duration DAY = Duration.ofDays(1);
    static final String NOT_DUE = "no_letter";
    static final String NO_CODE = "code_invalid";

    private final Postgres postgres;
    private final Accounts accounts;
    private final PersonSeals seals;
    private final Vault vault;

    Codes(Postgres postgres, Accounts accounts, PersonSeals seals, Vault vault) {
        this.postgres = postgres;
        this.accounts = accounts;
        this.seals = seals;
        this.vault = vault;
    }

    /// A letter as it stands in the table, with its account.
    record Due(UUID id, Purpose purpose, Account account, byte @Nullable [] address) {}

    /// A code that came back, and whose it is.
    record Found(UUID id, Purpose purpose, Account account, @Nullable String address) {}

    /// A letter to an account that the same statement makes.
    static Piece toNew(UUID code, Purpose purpose, Instant now) {
        return Piece.of("""
            code_row as (
                insert into identity.codes (id, account, purpose, created_at, expires_at)
                select :code, id, :code_purpose, :code_at, :code_until from account_row)""")
            .bind("code", code).bind("code_purpose", purpose.name()).bind("code_at", now)
            .bind("code_until", now.plus(WAITS));
    }

    /// A letter to whoever has this address; refused as [#NOT_DUE] when nobody has, or he got enough of them today.
    Piece toAddress(UUID code, String email, Purpose purpose, Instant now) {
        return Piece.of("""
            code_row as (
                insert into identity.codes (id, account, purpose, created_at, expires_at)
                select :code, a.id, :code_purpose, :code_at, :code_until from identity.accounts a
                 where a.email_blind = :code_email and a.status = 'ACTIVE'
                   and (not :code_unverified or a.email_verified_at is null)
                   and (select count(*) from identity.codes c where c.account = a.id and c.purpose = :code_purpose
                           and c.created_at > :code_day) < :code_max
                returning id)""")
            .bind("code", code).bind("code_purpose", purpose.name()).bind("code_at", now)
            .bind("code_until", now.plus(WAITS)).bind("code_email", seals.blindEmail(email))
            .bind("code_day", now.minus(DAY))
            .bind("code_max", A_DAY_MAX).bind("code_unverified", purpose == Purpose.VERIFY_EMAIL)
            .check("exists (select from code_row)", NOT_DUE);
    }

    /// A letter to an account, at its own address or at another one.
    Piece to(UUID code, UUID account, Purpose purpose, @Nullable String address, Instant now) {
        return Piece.of("""
            code_row{i} as (
                insert into identity.codes (id, account, purpose, address, created_at, expires_at)
                values (:code, :code_account, :code_purpose, :code_address, :code_at, :code_until))""")
            .bind("code", code).bind("code_account", account).bind("code_purpose", purpose.name())
            .bind("code_address", address == null ? null : sealed(code, address), byte[].class).bind("code_at", now)
            .bind("code_until", now.plus(WAITS));
    }

    /// Uses a code up, in the write of what it allows; refused as [#NO_CODE] when somebody was faster.
    static Piece used(UUID code, Instant now) {
        return Piece.of("""
            code_used as (
                update identity.codes set used_at = :used_at
                 where id = :used_code and used_at is null and expires_at > :used_at returning id)""")
            .bind("used_code", code).bind("used_at", now).check("exists (select from code_used)", NO_CODE);
    }

    /// Writes a letter: makes its code, whose life begins now. Empty when it was used, came too late or too often.
    Mono<Identity.Code> written(UUID code, Instant now) {
        String token = Ids.token();
        return postgres.query("""
            with written as (
                update identity.codes set hash = :hash, written = written + 1,
                       expires_at = case when written = 0 then :until else expires_at end
                 where id = :code and used_at is null and expires_at > :now and written < :max
                returning id as code, purpose, address, account)
            select w.code, w.purpose, w.address, %s
              from written w join identity.accounts a on a.id = w.account
             where a.status <> 'ERASED'
            """.formatted(Accounts.COLUMNS), Map.of("code", code, "hash", Bearer.sha256(token), "until",
            now.plus(LIFE), "now", now, "max", WRITTEN_MAX), this::due).singleOrEmpty()
            .map(due -> new Identity.Code(due.id, due.purpose, address(due), due.account.name(),
                due.purpose.hasToken() ? token : null));
    }

    /// Whose code this is; empty when it is none, used or over.
    Mono<Found> find(String token, Instant now) {
        return postgres.query("""
            select c.id as code, c.purpose, c.address, %s
              from identity.codes c join identity.accounts a on a.id = c.account
             where c.hash = :hash and c.used_at is null and c.expires_at > :now and a.status = 'ACTIVE'
            """.formatted(Accounts.COLUMNS), Map.of("hash", Bearer.sha256(token), "now", now), this::due)
            .singleOrEmpty().filter(due -> due.purpose.hasToken())
            .map(due -> new Found(due.id, due.purpose, due.account, due.address == null ? null : address(due)));
    }

    Mono<Long> forget(Instant now) {
        return postgres.update("delete from identity.codes where created_at < :before and expires_at < :before",
            Map.of("before", now.minus(DAY)));
    }

    private byte[] sealed(UUID code, String address) {
        return vault.shopKey(PURPOSE).seal(place(code), address);
    }

    private String address(Due due) {
        byte[] sealed = due.address;
        return sealed == null ? due.account.email() : vault.shopKey(PURPOSE).openText(place(due.id), sealed);
    }

    private static Place place(UUID code) {
        return Place.of("identity.codes", code);
    }

    private Due due(Readable row) {
        return new Due(Objects.requireNonNull(row.get("code", UUID.class)),
            Purpose.valueOf(Objects.requireNonNull(row.get("purpose", String.class))), accounts.account(row),
            row.get("address", byte[].class));
    }

    private static final String PURPOSE = "identity.codes";
}
