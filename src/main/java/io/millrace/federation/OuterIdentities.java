package io.millrace.federation;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Ids;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Which outer identity is whose.
final class OuterIdentities {
    private static final int LISTED_MAX = 50;

    private final Postgres postgres;
    private final Ids ids;

    OuterIdentities(Postgres postgres, Ids ids) {
        this.postgres = postgres;
        this.ids = ids;
    }

    /// One of a person's, as he sees it.
    record Mine(UUID id, String provider, Instant createdAt, Instant usedAt) {}

    /// Whose it is, and that it is used now; empty when it is nobody's.
    Mono<UUID> owner(Outer outer, Instant now) {
        return postgres.query("""
            update federation.identities set used_at = :now where issuer = :issuer and subject = :subject
            returning account
            """, Map.of("now", now, "issuer", outer.issuer(), "subject", outer.subject()),
            row -> requireNonNull(row.get("account", UUID.class))).singleOrEmpty();
    }

    /// Makes it somebody's and answers whose it is then: of two at once the first has it. The second update, not a
    /// `do nothing`, waits for the first and reads its row.
    Mono<UUID> link(Outer outer, String provider, UUID account, Instant now) {
        return postgres.query("""
            insert into federation.identities (id, account, provider, issuer, subject, created_at, used_at)
            values (:id, :account, :provider, :issuer, :subject, :now, :now)
            on conflict (issuer, subject) do update set used_at = excluded.used_at
            returning account
            """, Map.of("id", ids.next(), "account", account, "provider", provider, "issuer", outer.issuer(),
            "subject", outer.subject(), "now", now), row -> requireNonNull(row.get("account", UUID.class))).single();
    }

    Flux<Mine> of(UUID account) {
        return postgres.query("""
            select id, provider, created_at, used_at from federation.identities
             where account = :account order by created_at, id limit :max
            """, Map.of("account", account, "max", LISTED_MAX),
            row -> new Mine(requireNonNull(row.get("id", UUID.class)),
                requireNonNull(row.get("provider", String.class)), requireNonNull(row.get("created_at", Instant.class)),
                requireNonNull(row.get("used_at", Instant.class))));
    }

    /// False when it is not this person's.
    Mono<Boolean> unlink(UUID id, UUID account, Piece entry) {
        return postgres.transactional(postgres.update("""
            delete from federation.identities where id = :id and account = :account
            """, Map.of("id", id, "account", account))
            .flatMap(rows -> rows == 1 ? postgres.run(Write.of(entry)).thenReturn(true) : Mono.just(false)));
    }

    Mono<Long> forget(UUID account) {
        return postgres.update("delete from federation.identities where account = :account",
            Map.of("account", account));
    }
}
