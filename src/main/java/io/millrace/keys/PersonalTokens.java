package io.millrace.keys;

import static java.util.Objects.requireNonNull;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The cellar of personal access tokens.
final class PersonalTokens {
    /// Live tokens of one person.
    static final int LIVE_MAX = 50;
    /// How coarse "last used" is: at most one write of a token in this time, however often it is used.
    static final Duration USED_COARSE = Duration.ofMinutes(5);
    static final String TOO_MANY = "too_many_keys";
    static final String GONE = "token_gone";

    private final Postgres postgres;

    PersonalTokens(Postgres postgres) {
        this.postgres = postgres;
    }

    static Piece insert(PersonalToken token, byte[] hash) {
        return Piece.of("""
            token_row as (
                insert into keys.tokens (id, account, name, hint, hash, scopes, created_at, expires_at)
                select :token, :account, :name, :hint, :hash, :scopes, :created_at, :expires_at
                 where (select count(*) from keys.tokens
                         where account = :account and revoked_at is null and expires_at > :created_at) < :live_max
                returning 1)""")
            .bind("token", token.id()).bind("account", token.account()).bind("name", token.name())
            .bind("hint", token.hint()).bind("hash", hash).bind("scopes", token.scopes().toArray(String[]::new))
            .bind("created_at", token.createdAt()).bind("expires_at", token.expiresAt()).bind("live_max", LIVE_MAX)
            .check("exists (select from token_row)", TOO_MANY);
    }

    /// Guard: the owner stands in the predicate, so somebody else's token is one that is not there.
    static Piece revoke(UUID token, UUID account, Instant now) {
        return Piece.of("""
            token_row as (
                update keys.tokens set revoked_at = :revoked_at
                 where id = :token and account = :account and revoked_at is null returning 1)""")
            .bind("token", token).bind("account", account).bind("revoked_at", now)
            .check("exists (select from token_row)", GONE);
    }

    /// The good token of this hash. The same statement notes that it was used, unless it did so a moment ago.
    Mono<PersonalToken> use(byte[] hash, Instant now) {
        return postgres.query("""
            with found as (
                select * from keys.tokens where hash = :hash and revoked_at is null and expires_at > :now),
            used as (
                update keys.tokens t set last_used_at = :now from found
                 where t.id = found.id and (t.last_used_at is null or t.last_used_at < :coarse))
            select id, account, name, hint, scopes, created_at, expires_at, last_used_at from found
            """, Map.of("hash", hash, "now", now, "coarse", now.minus(USED_COARSE)), PersonalTokens::token)
            .singleOrEmpty();
    }

    /// The person's live tokens, newest first.
    Flux<PersonalToken> of(UUID account, Instant now) {
        return postgres.query("""
            select id, account, name, hint, scopes, created_at, expires_at, last_used_at from keys.tokens
             where account = :account and revoked_at is null and expires_at > :now
             order by id desc limit :many
            """, Map.of("account", account, "now", now, "many", 2 * LIVE_MAX), PersonalTokens::token);
    }

    /// Those of these tokens that do not hold any more.
    Flux<UUID> over(Set<UUID> asked, Instant now) {
        return postgres.query("""
            select id from keys.tokens where id = any(:asked) and (revoked_at is not null or expires_at <= :now)
            """, Map.of("asked", asked.toArray(UUID[]::new), "now", now),
            row -> requireNonNull(row.get("id", UUID.class)));
    }

    /// Everything of a person goes.
    Mono<Void> erase(UUID account) {
        return postgres.update("delete from keys.tokens where account = :account", Map.of("account", account)).then();
    }

    private static PersonalToken token(Readable row) {
        return new PersonalToken(requireNonNull(row.get("id", UUID.class)),
            requireNonNull(row.get("account", UUID.class)), requireNonNull(row.get("name", String.class)),
            requireNonNull(row.get("hint", String.class)),
            Set.of(requireNonNull(row.get("scopes", String[].class))),
            requireNonNull(row.get("created_at", Instant.class)), requireNonNull(row.get("expires_at", Instant.class)),
            row.get("last_used_at", Instant.class));
    }
}
