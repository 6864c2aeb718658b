package io.millrace.inventory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Notices pools that many want at once, and sends their buyers through one [Lane] each.
///
/// A row cannot group-commit with itself: one after the other, buyers of one pool wait for one disk flush each. A lane
/// merges them into one transaction. For all other pools that would only be a second round trip, so a pool becomes
/// hot when enough buyers came within [#WINDOW], and cools down by itself.
final class HotPools {
    /// The time within which buyers of one pool count as coming together.
    static final Duration WINDOW = Duration.ofMillis(100);
    /// Pools watched at once; the least wanted are forgotten.
    private static final int WATCHED_POOLS_MAX = 50_000;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);
    /// How long a node believes that a variant draws on a pool; it only chooses the lane by it.
    private static final Duration DRAW_BELIEVED = Duration.ofMinutes(10);

    private final Pools pools;
    private final Lane.Batch batch;
    private final InstantSource clock;
    private final int threshold;
    private final Cache<UUID, UUID> poolOf = Caffeine.newBuilder().maximumSize(WATCHED_POOLS_MAX)
        .expireAfterWrite(DRAW_BELIEVED).build();
    private final Cache<UUID, Heat> heats = Caffeine.newBuilder().maximumSize(WATCHED_POOLS_MAX)
        .expireAfterAccess(FORGOTTEN_AFTER).build();
    private final Cache<UUID, Lane> lanes = Caffeine.newBuilder().maximumSize(WATCHED_POOLS_MAX)
        .expireAfterAccess(FORGOTTEN_AFTER).build();

    /// `threshold`: buyers of one pool within the window that make it hot; 0 makes every pool hot.
    HotPools(Pools pools, Lane.Batch batch, InstantSource clock, int threshold) {
        this.pools = pools;
        this.batch = batch;
        this.clock = clock;
        this.threshold = threshold;
    }

    /// What became of the question.
    sealed interface Answer {
        /// No crowd here: reserve in your own statement.
        record Cold() implements Answer {}

        record Kept() implements Answer {}

        record Refused(Holding refusal) implements Answer {}
    }

    Mono<Answer> ask(UUID reservation, List<Line> lines) {
        Optional<UUID> crowded = crowded(lines);
        if (crowded.isEmpty()) return Mono.just(new Answer.Cold());
        return pool(crowded.get()).flatMap(pool -> lane(pool).join(reservation, lines));
    }

    /// The variant whose pool is wanted most, when that is enough to be hot.
    private Optional<UUID> crowded(List<Line> lines) {
        List<UUID> hot = new ArrayList<>();
        int hottest = Math.max(0, threshold - 1);
        long now = clock.millis();
        for (Line line : lines) {
            UUID pool = poolOf.getIfPresent(line.variant());
            int heat = heats.get(pool == null ? line.variant() : pool, key -> new Heat()).hit(now);
            if (heat > hottest) {
                hottest = heat;
                hot.add(line.variant());
            }
        }
        return hot.isEmpty() ? Optional.empty() : Optional.of(hot.getLast());
    }

    private Mono<UUID> pool(UUID variant) {
        UUID known = poolOf.getIfPresent(variant);
        if (known != null) return Mono.just(known);
        return pools.draws(List.of(variant)).map(draws -> learned(variant, draws));
    }

    private UUID learned(UUID variant, Map<UUID, Availability.Draw> draws) {
        Availability.Draw draw = draws.get(variant);
        UUID pool = draw == null || draw.pool() == null ? variant : draw.pool();
        poolOf.put(variant, pool);
        return pool;
    }

    private Lane lane(UUID pool) {
        return lanes.get(pool, key -> new Lane(batch));
    }

    /// Counts arrivals in the present and the previous half of the window.
    static final class Heat {
        private static final long HALF_MS = WINDOW.toMillis() / 2;
        private long half;
        private int before;
        private int now;

        synchronized int hit(long millis) {
            long current = millis / HALF_MS;
            if (current != half) {
                before = current == half + 1 ? now : 0;
                now = 0;
                half = current;
            }
            now++;
            return before + now;
        }
    }
}
