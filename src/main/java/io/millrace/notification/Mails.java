package io.millrace.notification;

import static java.util.Objects.requireNonNull;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What is to be sent and what became of it. No addresses, no texts, no secrets: those are asked for when it is sent.
final class Mails {
    /// A node that died while sending is replaced after this.
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration KEPT = Duration.ofDays(30);

    private final Postgres postgres;

    Mails(Postgres postgres) {
        this.postgres = postgres;
    }

    /// One that is to be sent now; `tries` counts this one.
    record Due(UUID id, Occasion occasion, UUID subject, int tries, Instant createdAt) {}

    /// Why somebody is told; `subject` is the code or the account.
    enum Occasion { CODE, TOKEN_REUSED, SECOND_FACTOR_ON, SECOND_FACTOR_OFF, RECOVERY_CODES }

    /// Wishes a mail, once per id: that of the fact it is about.
    Mono<Long> keep(UUID id, Occasion occasion, UUID subject, Instant now) {
        return postgres.update("""
            insert into notification.mails (id, occasion, subject, due_at, created_at)
            values (:id, :occasion, :subject, :now, :now) on conflict (id) do nothing
            """, Map.of("id", id, "occasion", occasion.name(), "subject", subject, "now", now));
    }

    /// Takes what is due, so that no other node does.
    Flux<Due> due(Instant now, int max) {
        return postgres.query("""
            update notification.mails set tries = tries + 1, due_at = :leased
             where id in (select id from notification.mails where due_at <= :now and status = 'waiting'
                           order by due_at limit :max for update skip locked)
            returning id, occasion, subject, tries, created_at
            """, Map.of("now", now, "leased", now.plus(LEASE), "max", max),
            row -> new Due(requireNonNull(row.get("id", UUID.class)),
                Occasion.valueOf(requireNonNull(row.get("occasion", String.class))),
                requireNonNull(row.get("subject", UUID.class)), requireNonNull(row.get("tries", Integer.class)),
                requireNonNull(row.get("created_at", Instant.class))));
    }

    Mono<Long> sent(UUID id, String providerId, Instant now) {
        return ended(id, "sent", "", providerId, now);
    }

    Mono<Long> parked(UUID id, String why, Instant now) {
        return ended(id, "parked", why, "", now);
    }

    Mono<Long> again(UUID id, String why, Instant at) {
        return postgres.update("""
            update notification.mails set due_at = :at, why = :why where id = :id and status = 'waiting'
            """, Map.of("id", id, "why", why, "at", at));
    }

    private Mono<Long> ended(UUID id, String status, String why, String providerId, Instant now) {
        return postgres.update("""
            update notification.mails
               set status = :status, why = :why, provider_id = :provider_id, due_at = null, ended_at = :now
             where id = :id and status = 'waiting'
            """, Map.of("id", id, "status", status, "why", why, "provider_id", providerId, "now", now));
    }

    /// One as its administrator sees it.
    record Kept(UUID id, String occasion, String status, int tries, String why, String providerId, Instant createdAt,
        @Nullable Instant endedAt) {}

    /// Newest first.
    Flux<Kept> list(String status, int max) {
        return postgres.query("""
            select id, occasion, status, tries, why, provider_id, created_at, ended_at from notification.mails
             where status = :status order by created_at desc, id limit :max
            """, Map.of("status", status, "max", max), row -> new Kept(requireNonNull(row.get("id", UUID.class)),
            requireNonNull(row.get("occasion", String.class)), requireNonNull(row.get("status", String.class)),
            requireNonNull(row.get("tries", Integer.class)), requireNonNull(row.get("why", String.class)),
            requireNonNull(row.get("provider_id", String.class)), requireNonNull(row.get("created_at", Instant.class)),
            row.get("ended_at", Instant.class)));
    }

    /// A parked one is due again.
    Mono<Boolean> retry(UUID id, Instant now, Piece entry) {
        Piece due = Piece.of("""
            mail_due as (
                update notification.mails set status = 'waiting', due_at = :now, ended_at = null, created_at = :now
                 where id = :id and status = 'parked' returning 1)""")
            .bind("id", id).bind("now", now).check("exists (select from mail_due)", Refused.ABSENT);
        return postgres.runIfThere(Write.of(due, entry));
    }

    Mono<Long> sweep(Instant now) {
        return postgres.update("delete from notification.mails where status = 'sent' and ended_at < :old",
            Map.of("old", now.minus(KEPT)));
    }
}
