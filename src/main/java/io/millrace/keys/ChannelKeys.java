package io.millrace.keys;

import static java.util.Objects.requireNonNull;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The cellar of channel keys. They are few, so every node holds all that live.
final class ChannelKeys {
    /// Live keys of one channel.
    static final int LIVE_MAX = 50;
    static final String TOO_MANY = "too_many_keys";
    static final String GONE = "key_gone";
    private static final int READ_MAX = 10_000;
    private static final String SELECT = """
        select id, channel, kind, name, hint, shown, hash, origins, scopes, version, created_by, created_at, expires_at,
               last_used_at
          from keys.channel_keys where revoked_at is null
         """;

    private final Postgres postgres;

    ChannelKeys(Postgres postgres) {
        this.postgres = postgres;
    }

    /// A key together with the hash it is found by.
    record Hashed(ChannelKey key, byte[] hash) {}

    static Piece insert(ChannelKey key, byte[] hash) {
        return Piece.of("""
            key_row as (
                insert into keys.channel_keys (id, channel, kind, name, hint, shown, hash, origins, scopes, version,
                                               created_by, created_at, expires_at)
                select :key, :channel, :kind, :name, :hint, :shown, :hash, :origins, :scopes, :version, :created_by,
                       :created_at, :expires_at
                 where (select count(*) from keys.channel_keys where channel = :channel and revoked_at is null
                           and (expires_at is null or expires_at > :created_at)) < :live_max
                returning 1)""")
            .bind("key", key.id()).bind("channel", key.channel()).bind("kind", key.kind().name())
            .bind("name", key.name()).bind("hint", key.hint()).bind("shown", key.shown(), String.class)
            .bind("hash", hash).bind("origins", key.origins().toArray(String[]::new))
            .bind("scopes", key.scopes().toArray(String[]::new)).bind("version", key.version())
            .bind("created_by", key.createdBy(), UUID.class).bind("created_at", key.createdAt())
            .bind("expires_at", key.expiresAt(), Instant.class).bind("live_max", LIVE_MAX)
            .check("exists (select from key_row)", TOO_MANY);
    }

    /// Another name and other origins. Guard: the version that was read.
    static Piece change(ChannelKey next) {
        return Piece.of("""
            key_row as (
                update keys.channel_keys set name = :name, origins = :origins, version = :version
                 where id = :key and revoked_at is null and version = :version - 1 returning 1)""")
            .bind("key", next.id()).bind("name", next.name()).bind("version", next.version())
            .bind("origins", next.origins().toArray(String[]::new))
            .check("exists (select from key_row)", io.millrace.postgres.Refused.STALE);
    }

    static Piece revoke(ChannelKey key, Instant now) {
        return Piece.of("""
            key_row as (
                update keys.channel_keys set revoked_at = :revoked_at, version = :version + 1
                 where id = :key and revoked_at is null and version = :version returning 1)""")
            .bind("key", key.id()).bind("version", key.version()).bind("revoked_at", now)
            .check("exists (select from key_row)", io.millrace.postgres.Refused.STALE);
    }

    Flux<Hashed> live() {
        return postgres.query(SELECT + " order by id desc limit :many", Map.of("many", READ_MAX),
            row -> new Hashed(key(row), requireNonNull(row.get("hash", byte[].class))));
    }

    /// A channel's keys that were not revoked, newest first; expired ones are shown as such.
    Flux<ChannelKey> of(String channel) {
        return postgres.query(SELECT + " and channel = :channel order by id desc limit :many",
            Map.of("channel", channel, "many", 4 * LIVE_MAX), ChannelKeys::key);
    }

    Mono<ChannelKey> find(String channel, UUID id) {
        return postgres.query(SELECT + " and channel = :channel and id = :id", Map.of("channel", channel, "id", id),
            ChannelKeys::key).singleOrEmpty();
    }

    /// Notes that a key was used, unless that was noted a moment ago.
    Mono<Long> used(UUID id, Instant now) {
        return postgres.update("""
            update keys.channel_keys set last_used_at = :now
             where id = :id and (last_used_at is null or last_used_at < :coarse)
            """, Map.of("id", id, "now", now, "coarse", now.minus(PersonalTokens.USED_COARSE)));
    }

    private static ChannelKey key(Readable row) {
        return new ChannelKey(requireNonNull(row.get("id", UUID.class)), text(row, "channel"),
            ChannelKey.Kind.valueOf(text(row, "kind")), text(row, "name"), text(row, "hint"), maybe(row, "shown"),
            Set.of(requireNonNull(row.get("origins", String[].class))),
            Set.of(requireNonNull(row.get("scopes", String[].class))),
            requireNonNull(row.get("version", Long.class)), row.get("created_by", UUID.class),
            requireNonNull(row.get("created_at", Instant.class)), row.get("expires_at", Instant.class),
            row.get("last_used_at", Instant.class));
    }

    private static String text(Readable row, String column) {
        return requireNonNull(maybe(row, column), column);
    }

    private static @Nullable String maybe(Readable row, String column) {
        return row.get(column, String.class);
    }
}
