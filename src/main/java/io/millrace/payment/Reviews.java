package io.millrace.payment;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The quarantine: what does not fit is kept once, counted, and shouted about, and moves no money by itself.
final class Reviews {
    private static final Logger LOG = LoggerFactory.getLogger(Reviews.class);
    private static final int SHOWN_MAX = 200;

    private final Postgres postgres;
    private final MeterRegistry meters;

    Reviews(Postgres postgres, MeterRegistry meters) {
        this.postgres = postgres;
        this.meters = meters;
    }

    record Review(UUID id, String provider, String object, @Nullable UUID payment, String reason, String details,
        Instant at) {}

    static Piece keep(String provider, String object, @Nullable UUID payment, String reason, String details,
        Instant now) {
        return Piece.of("""
            payment_review{i} as (
                insert into payment.reviews (provider, object, payment, reason, details, at)
                values (:provider, :object, :payment, :reason, :details, :now)
                on conflict (provider, object, reason) do nothing)""")
            .bind("provider", provider).bind("object", object).bind("payment", payment, UUID.class)
            .bind("reason", reason).bind("details", details).bind("now", now);
    }

    /// Told after the row is committed: the log line is the alert.
    void alert(String provider, String object, String reason) {
        meters.counter("millrace.payment.quarantined", "provider", provider, "reason", reason).increment();
        LOG.error("payment quarantined: {} {} {}", provider, object, reason);
    }

    Flux<Review> open() {
        return postgres.query("""
            select id, provider, object, payment, reason, details, at from payment.reviews
             where resolved_at is null order by at desc limit :limit
            """, Map.of("limit", SHOWN_MAX), Reviews::review);
    }

    /// Somebody looked at it and says what he did; false when there is none that is open. What came in stays as it was;
    /// `entry` is the account of it.
    Mono<Boolean> resolve(UUID review, UUID by, String resolution, Instant at, Piece entry) {
        Piece resolved = Piece.of("""
            payment_resolved as (
                update payment.reviews set resolved_at = :at, resolved_by = :by, resolution = :resolution
                 where id = :id and resolved_at is null returning 1)""")
            .bind("id", review).bind("by", by).bind("resolution", resolution).bind("at", at)
            .check("exists (select from payment_resolved)", Refused.ABSENT);
        return postgres.runIfThere(Write.of(resolved, entry));
    }

    private static Review review(Readable row) {
        return new Review(requireNonNull(row.get("id", UUID.class)), text(row, "provider"), text(row, "object"),
            row.get("payment", UUID.class), text(row, "reason"), text(row, "details"),
            requireNonNull(row.get("at", Instant.class)));
    }

    private static String text(Readable row, String column) {
        return requireNonNull(row.get(column, String.class), column);
    }
}
