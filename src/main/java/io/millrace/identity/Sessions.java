package io.millrace.identity;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Sign-ins and the refresh tokens that descend from them.
final class Sessions {
    private final Postgres postgres;

    Sessions(Postgres postgres) {
        this.postgres = postgres;
    }

    /// A new session and its first refresh token.
    static Piece open(UUID session, UUID account, byte[] hash, Instant now, Instant until) {
        return Piece.of("""
            session_row as (
                insert into identity.sessions (id, account, created_at, expires_at)
                values (:session, :session_account, :session_at, :session_until) returning id),
            refresh_row as (
                insert into identity.refresh_tokens (hash, session, created_at)
                select :refresh_hash, id, :session_at from session_row)""")
            .bind("session", session).bind("session_account", account).bind("session_at", now)
            .bind("session_until", until).bind("refresh_hash", hash);
    }

    /// A refresh that worked: whose it was.
    record Rotated(UUID session, UUID account) {}

    /// Uses a token up and puts its successor in place. The update's own condition is the guard: of two calls with one
    /// token the second waits for the row and then finds it used.
    Mono<Rotated> rotate(byte[] used, byte[] next, Instant now) {
        return postgres.query("""
            with used as (
                update identity.refresh_tokens t set used_at = :now
                  from identity.sessions s
                 where t.hash = :used and t.used_at is null
                   and s.id = t.session and s.revoked_at is null and s.expires_at > :now
                returning s.id as session, s.account),
            next as (
                insert into identity.refresh_tokens (hash, session, created_at)
                select :next, session, :now from used)
            select session, account from used
            """, Map.of("used", used, "next", next, "now", now), row -> new Rotated(
            Objects.requireNonNull(row.get("session", UUID.class)),
            Objects.requireNonNull(row.get("account", UUID.class)))).singleOrEmpty();
    }

    /// Ends the session that a refresh token descends from, whichever of its tokens it is.
    Mono<Long> revoke(byte[] hash, String reason, Instant now) {
        return postgres.update("""
            update identity.sessions set revoked_at = :now, reason = :reason
             where revoked_at is null and id = (select session from identity.refresh_tokens where hash = :hash)
            """, Map.of("hash", hash, "reason", reason, "now", now));
    }
}
