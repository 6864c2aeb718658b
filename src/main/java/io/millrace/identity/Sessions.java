package io.millrace.identity;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Sign-ins and the refresh tokens that descend from them.
final class Sessions {
    /// The reason why an ending was refused: the session was over, or is somebody else's.
    static final String NOT_LIVE = "no_session";
    /// However often it is refreshed, after this a person proves anew who he is.
    static final Duration LIFE_MAX = Duration.ofDays(365);
    /// Sessions shown to a person at once.
    private static final int LISTED_MAX = 100;
    /// `seen_at` is written at most this often.
    private static final Duration SEEN_EVERY = Duration.ofMinutes(5);

    /// What makes a session `s` of account `a` good at `:now`; everything that relies on a session asks exactly this.
    private static final String LIVE =
        "s.revoked_at is null and s.expires_at > :now and s.epoch = a.epoch and a.status = 'ACTIVE'";
    private static final String ROTATE = """
        with used as (
            update identity.refresh_tokens t set used_at = :now
              from identity.sessions s join identity.accounts a on a.id = s.account
             where t.hash = :used and t.used_at is null and s.id = t.session and %s
            returning s.id),
        next as (
            insert into identity.refresh_tokens (hash, session, created_at) select :next, id, :now from used)
        update identity.sessions s
           set seen_at = :now, expires_at = least(:until, s.created_at + :longest::float8 * interval '1 second')
          from used where s.id = used.id
        returning s.id, s.account, s.authenticated_at, s.methods
        """.formatted(LIVE);
    private static final String FAMILY = """
        select s.id, s.account, s.authenticated_at, s.methods, s.secret, t.used_at, (%s) as live,
               exists (select from identity.refresh_tokens later
                        where later.session = t.session and later.hash <> t.hash
                          and later.created_at >= t.used_at and later.used_at is not null) as further
          from identity.refresh_tokens t
          join identity.sessions s on s.id = t.session
          join identity.accounts a on a.id = s.account
         where t.hash = :hash
        """.formatted(LIVE);
    private static final String SEEN = """
        with found as (
            select s.id, s.account, s.seen_at from identity.sessions s join identity.accounts a on a.id = s.account
             where s.id = :session and %s),
        seen as (
            update identity.sessions set seen_at = :now
             where id = (select id from found where seen_at < :stale))
        select account from found
        """.formatted(LIVE);
    private static final String OVER = """
        select s.id from identity.sessions s join identity.accounts a on a.id = s.account
         where s.id = any(:sessions) and not (%s)
        """.formatted(LIVE);
    private static final String MINE = """
        select s.id, s.created_at, s.seen_at, s.expires_at, s.agent, s.ip, s.methods
          from identity.sessions s join identity.accounts a on a.id = s.account
         where s.account = :account and %s
         order by s.seen_at desc, s.id limit :limit
        """.formatted(LIVE);
    private static final String PROVEN_AGAIN = """
        update identity.sessions s
           set authenticated_at = :now, methods = array(select distinct unnest(s.methods || array[:method::text]))
          from identity.accounts a
         where s.id = :session and a.id = s.account and %s
        returning s.id, s.account, s.authenticated_at, s.methods
        """.formatted(LIVE);

    private final Postgres postgres;

    Sessions(Postgres postgres) {
        this.postgres = postgres;
    }

    /// A refresh token and the family it is of. `further`: its successor was used already.
    record Family(Session session, byte[] secret, @Nullable Instant usedAt, boolean live, boolean further) {}

    /// A session as its owner sees it.
    record Seen(UUID id, Instant createdAt, Instant seenAt, Instant expiresAt, @Nullable String agent,
        @Nullable String ip, Set<String> methods) {}

    /// A new session and its first refresh token. It belongs to the epoch in which the account was read: if that one is
    /// over meanwhile (the password was changed), the session is dead from its first moment.
    static Piece open(Session session, int epoch, byte[] secret, byte[] hash, Device device, Instant until) {
        return Piece.of("""
            session_row as (
                insert into identity.sessions (id, account, epoch, secret, created_at, expires_at, authenticated_at,
                                               methods, agent, ip, seen_at)
                values (:session, :session_account, :session_epoch, :session_secret, :session_at, :session_until,
                        :session_at, :session_methods, :session_agent, :session_ip, :session_at) returning id),
            refresh_row as (
                insert into identity.refresh_tokens (hash, session, created_at)
                select :refresh_hash, id, :session_at from session_row)""")
            .bind("session", session.id()).bind("session_account", session.account()).bind("session_epoch", epoch)
            .bind("session_secret", secret).bind("session_at", session.at())
            .bind("session_until", until).bind("session_methods", session.methods().toArray(String[]::new))
            .bind("session_agent", device.agent(), String.class).bind("session_ip", device.ip(), String.class)
            .bind("refresh_hash", hash);
    }

    /// Ends one session; refused as [#NOT_LIVE] when it is over already or another account's.
    static Piece end(UUID account, UUID session, String reason, Instant now) {
        return Piece.of("""
            session_end as (
                update identity.sessions set revoked_at = :end_at, reason = :end_reason
                 where id = :end_session and account = :end_account and revoked_at is null returning id)""")
            .bind("end_at", now).bind("end_reason", reason).bind("end_session", session).bind("end_account", account)
            .check("exists (select from session_end)", NOT_LIVE);
    }

    /// This session's person proved the second factor just now.
    static Piece steppedUp(UUID session, UUID account, Instant now) {
        return Piece.of("""
            session_stepped as (
                update identity.sessions set second_factor_at = :stepped_at
                 where id = :session and account = :session_account and revoked_at is null returning 1)""")
            .bind("session", session).bind("session_account", account).bind("stepped_at", now)
            .check("exists (select from session_stepped)", NOT_LIVE);
    }

    /// The person proved the second factor in this session for the first time: whoever came in without it is out. A new
    /// epoch begins, and of all sessions only this one goes along. Guard: it is of the epoch that ends; a session which
    /// is over already (the password was changed meanwhile) does not come back to life.
    static Piece othersEnded(UUID session, UUID account, Instant now) {
        return Piece.of("""
            epoch_row as (
                update identity.accounts set epoch = epoch + 1 where id = :kept_account returning id, epoch),
            session_kept as (
                update identity.sessions s set epoch = e.epoch, second_factor_at = :kept_at
                  from epoch_row e
                 where s.id = :kept_session and s.account = e.id and s.revoked_at is null and s.epoch = e.epoch - 1
                returning s.id)""")
            .bind("kept_session", session).bind("kept_account", account).bind("kept_at", now)
            .check("exists (select from session_kept)", NOT_LIVE);
    }

    /// Uses a token up and puts its successor in place. The update's own condition is the guard: of two calls with one
    /// token the second waits for the row and then finds it used.
    Mono<Session> rotate(byte[] used, byte[] next, Instant now, Instant until) {
        return postgres.query(ROTATE, Map.of("used", used, "next", next, "now", now, "until", until, "longest",
            LIFE_MAX.toSeconds()), Sessions::session).singleOrEmpty();
    }

    Mono<Family> family(byte[] hash, Instant now) {
        return postgres.query(FAMILY, Map.of("hash", hash, "now", now), row -> new Family(session(row),
            Objects.requireNonNull(row.get("secret", byte[].class)), row.get("used_at", Instant.class),
            Boolean.TRUE.equals(row.get("live", Boolean.class)),
            Boolean.TRUE.equals(row.get("further", Boolean.class)))).singleOrEmpty();
    }

    /// The account of a session that is good; empty when it is over. Notes now and then that it was seen.
    Mono<UUID> live(UUID session, Instant now) {
        return postgres.query(SEEN, Map.of("session", session, "now", now, "stale", now.minus(SEEN_EVERY)),
            row -> Objects.requireNonNull(row.get("account", UUID.class))).singleOrEmpty();
    }

    /// Those of these sessions that are over.
    Flux<UUID> over(Set<UUID> sessions, Instant now) {
        return postgres.query(OVER, Map.of("sessions", sessions.toArray(UUID[]::new), "now", now),
            row -> Objects.requireNonNull(row.get("id", UUID.class)));
    }

    /// A person's good sessions, last seen first.
    Flux<Seen> of(UUID account, Instant now) {
        return postgres.query(MINE, Map.of("account", account, "now", now, "limit", LISTED_MAX),
            row -> new Seen(Objects.requireNonNull(row.get("id", UUID.class)), at(row, "created_at"),
                at(row, "seen_at"), at(row, "expires_at"), row.get("agent", String.class),
                row.get("ip", String.class), Set.of(Objects.requireNonNull(row.get("methods", String[].class)))));
    }

    /// The person proved once more who he is; empty when the session is over.
    Mono<Session> provenAgain(UUID session, String method, Instant now) {
        return postgres.query(PROVEN_AGAIN, Map.of("session", session, "method", method, "now", now),
            Sessions::session).singleOrEmpty();
    }

    /// Forgets what has been over for so long that nobody can come with it any more.
    Mono<Long> forget(Instant before) {
        return postgres.update("""
            with old as (select id from identity.sessions where expires_at < :before or revoked_at < :before
                          order by id limit 10000),
                 tokens as (delete from identity.refresh_tokens where session in (select id from old))
            delete from identity.sessions where id in (select id from old)
            """, Map.of("before", before));
    }

    private static Session session(Readable row) {
        return new Session(Objects.requireNonNull(row.get("id", UUID.class)),
            Objects.requireNonNull(row.get("account", UUID.class)), at(row, "authenticated_at"),
            Set.of(Objects.requireNonNull(row.get("methods", String[].class))));
    }

    private static Instant at(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, Instant.class), column);
    }
}
