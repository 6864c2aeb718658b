package io.millrace.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.http.Standing;
import io.millrace.http.Streams;
import io.millrace.messaging.Fact;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/// Whether a sign-in still stands: asked of the database at most every [#KEPT], and at once after an ending was heard.
///
/// Endings travel as facts, so they are felt on every node within a moment. While Kafka is away the node that ended a
/// session knows at once, the others within [#KEPT].
final class Liveness implements Standing {
    static final Duration KEPT = Duration.ofSeconds(30);
    private static final int KEPT_MAX = 50_000;

    private final Sessions sessions;
    private final Streams streams;
    private final InstantSource clock;
    /// Good sessions and their accounts. Real time counts, whatever the shop's clock says.
    private final Cache<UUID, UUID> good = Caffeine.newBuilder().maximumSize(KEPT_MAX).expireAfterWrite(KEPT).build();
    private final AtomicLong endings = new AtomicLong();

    Liveness(Sessions sessions, Streams streams, InstantSource clock) {
        this.sessions = sessions;
        this.streams = streams;
        this.clock = clock;
    }

    /// Whether the session is good, and this account's.
    Mono<Boolean> isGood(UUID session, UUID account) {
        UUID known = good.getIfPresent(session);
        if (known != null) return Mono.just(known.equals(account));
        return Mono.defer(() -> {
            long before = endings.get();
            return sessions.live(session, clock.instant()).doOnNext(owner -> remember(session, owner, before))
                .map(account::equals).defaultIfEmpty(false);
        });
    }

    /// An ending that was heard between the question and the answer must not be overwritten by the answer.
    private void remember(UUID session, UUID owner, long before) {
        good.put(session, owner);
        if (endings.get() != before) good.invalidate(session);
    }

    @Override public Mono<Set<UUID>> over(Set<UUID> asked) {
        return sessions.over(asked, clock.instant()).collect(Collectors.toSet());
    }

    void hear(Fact fact) {
        if (!(fact instanceof IdentityEvent.SessionsEnded ended)) return;
        endings.incrementAndGet();
        UUID session = ended.session();
        if (session != null) good.invalidate(session);
        else good.asMap().values().removeIf(ended.account()::equals);
        UUID kept = ended.kept();
        if (kept == null) streams.end(ended.account(), session);
        else streams.endOthers(ended.account(), kept);
    }
}
