package io.millrace.cart;

import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Carts that nobody comes back for: those of guests who changed nothing for as long as `life`, and those that were
/// ordered or merged so long ago. Accounts keep their open carts. Nothing is promised by a cart, so nobody is told.
final class Leftovers {
    static final Duration SWEPT_EVERY = Duration.ofHours(1);
    /// Carts taken away by one statement.
    static final int AT_ONCE = 500;

    private final Postgres postgres;
    private final InstantSource clock;
    private final Duration life;

    Leftovers(Postgres postgres, InstantSource clock, Duration life) {
        this.postgres = postgres;
        this.clock = clock;
        this.life = life;
    }

    /// Answers how many were taken away.
    Mono<Long> sweep() {
        return Mono.defer(this::some).expand(gone -> gone < AT_ONCE ? Mono.empty() : some()).reduce(0L, Long::sum);
    }

    /// Ids order by time, so the old ones are found without an index that every change would have to keep.
    private Mono<Long> some() {
        Instant before = clock.instant().minus(life);
        return postgres.update("""
            with left_over as (
                select id from cart.carts
                 where id < :made_before and updated_at < :before and (account is null or status <> 'open')
                 order by id limit :at_once for update skip locked),
            lines_gone as (
                delete from cart.lines where cart_id in (select id from left_over))
            delete from cart.carts where id in (select id from left_over)
            """, Map.of("made_before", new UUID(before.toEpochMilli() << 16, 0), "before", before,
            "at_once", AT_ONCE));
    }
}
