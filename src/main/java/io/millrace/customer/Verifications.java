package io.millrace.customer;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.vault.Place;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The cellar of verifications. A pending one is decided once: every move is guarded by the version it was read at.
final class Verifications {
    /// There is one that is pending or good already.
    static final String EXISTS = "verification_exists";
    private static final String COLUMNS = """
        id, account, kind, state, masked, reason, version, asked_at, decided_at, expires_at""";

    private final Postgres postgres;

    Verifications(Postgres postgres) {
        this.postgres = postgres;
    }

    static Place place(UUID id) {
        return Place.of("customer.verifications", id);
    }

    /// One that somebody has to ask about, with its sealed number; leased.
    record Due(Verification verification, byte[] sealed, int tries) {}

    /// A new one; one that has just run out makes room for it in the same statement.
    static Piece insert(Verification fresh, byte[] sealed) {
        return Piece.of("""
            verification_ended as (
                update customer.verifications set state = 'expired', look_at = null
                 where account = :account and kind = :kind and state = 'verified' and expires_at <= :asked_at
                returning id),
            verification_row as (
                insert into customer.verifications
                       (id, account, kind, state, sealed, masked, version, asked_at, look_at)
                select :id, :account, :kind, 'pending', :sealed, :masked, :version, :asked_at, :asked_at
                 where (select count(*) from verification_ended) >= 0
                on conflict (account, kind) where state in ('pending', 'verified') do nothing
                returning id)""")
            .bind("id", fresh.id()).bind("account", fresh.account()).bind("kind", fresh.kind()).bind("sealed", sealed)
            .bind("masked", fresh.masked()).bind("version", fresh.version()).bind("asked_at", fresh.askedAt())
            .check("exists (select from verification_row)", EXISTS);
    }

    static Piece move(Verification next) {
        return Piece.of("""
            verification_moved as (
                update customer.verifications
                   set state = :state, reason = :reason, version = :version, decided_at = :decided_at,
                       expires_at = :expires_at, look_at = null
                 where id = :id and version = :version - 1
                returning id)""")
            .bind("id", next.id()).bind("state", next.state().word()).bind("reason", next.reason(), String.class)
            .bind("version", next.version()).bind("decided_at", next.decidedAt(), Instant.class)
            .bind("expires_at", next.expiresAt(), Instant.class)
            .check("exists (select from verification_moved)", Refused.STALE);
    }

    Mono<List<Verification>> of(UUID account) {
        return postgres.query("select " + COLUMNS + " from customer.verifications where account = :account order by id",
            Map.of("account", account), Verifications::verification).collectList();
    }

    Mono<Verification> of(UUID account, UUID id) {
        return postgres.query("select " + COLUMNS + """
             from customer.verifications where id = :id and account = :account
            """, Map.of("id", id, "account", account), Verifications::verification).singleOrEmpty();
    }

    /// Takes some that are due for this node; they come up again after the lease when nothing becomes of them.
    Flux<Due> due(Instant now, Duration lease, int limit) {
        return postgres.query("""
            update customer.verifications set tries = tries + 1, look_at = :again
             where id in (select id from customer.verifications where state = 'pending' and look_at <= :now
                           order by look_at limit :limit for update skip locked)
            returning sealed, tries,\s""" + COLUMNS, Map.of("now", now, "again", now.plus(lease), "limit", limit),
            row -> new Due(verification(row), Objects.requireNonNull(row.get("sealed", byte[].class)),
                Objects.requireNonNull(row.get("tries", Integer.class))));
    }

    Mono<Long> lookAgain(UUID id, Instant at) {
        return postgres.update("update customer.verifications set look_at = :at where id = :id and state = 'pending'",
            Map.of("id", id, "at", at));
    }

    /// Good ones whose time has come.
    Flux<Verification> ending(Instant now, int limit) {
        return postgres.query("select " + COLUMNS + """
             from customer.verifications where state = 'verified' and expires_at <= :now
             order by expires_at limit :limit
            """, Map.of("now", now, "limit", limit), Verifications::verification);
    }

    Mono<Long> erase(UUID account) {
        return postgres.update("delete from customer.verifications where account = :account",
            Map.of("account", account));
    }

    private static Verification verification(Readable row) {
        return new Verification(Objects.requireNonNull(row.get("id", UUID.class)),
            Objects.requireNonNull(row.get("account", UUID.class)), text(row, "kind"),
            Verification.State.valueOf(text(row, "state").toUpperCase(Locale.ROOT)), text(row, "masked"),
            row.get("reason", String.class), Objects.requireNonNull(row.get("version", Long.class)),
            Objects.requireNonNull(row.get("asked_at", Instant.class)), row.get("decided_at", Instant.class),
            row.get("expires_at", Instant.class));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }
}
