package io.millrace.keys;

import io.millrace.http.Detached;
import io.millrace.http.Origins;
import io.r2dbc.spi.R2dbcException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/// All live keys of channels, in this node's memory: a request with a key, a wrong key or a preflight costs no look
/// into the database. Read again when a fact tells of a change, and at most [#KEPT] old when none could be heard.
final class KnownKeys implements Origins {
    /// The header by which a page shows its key.
    static final String HEADER = "X-Publishable-Key";
    /// A key that was taken back is felt after this on every node, even with Kafka away.
    static final Duration KEPT = Duration.ofSeconds(30);
    /// Who asks for the next reading waits no longer than this; then the last one holds.
    private static final Duration READ_MAX = Duration.ofSeconds(1);

    private final ChannelKeys keys;
    private final InstantSource clock;
    private final AtomicLong readings = new AtomicLong();
    private final Map<UUID, Instant> used = new ConcurrentHashMap<>();
    /// One reading for all who wait at the same time.
    private final Mono<Known> reading;
    private volatile Known known = Known.NONE;

    KnownKeys(ChannelKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
        // detached, because giving up waiting must not break a statement off
        this.reading = Mono.defer(() -> Detached.run(read())).timeout(READ_MAX)
            .onErrorResume(KnownKeys::isAway, away -> Mono.fromSupplier(() -> known)).cache(READ_MAX);
    }

    private record Known(Map<ByteBuffer, ChannelKey> byHash, Set<String> origins, long reading, long readAtNs) {
        static final Known NONE = new Known(Map.of(), Set.of(), 0, 0);

        boolean isFresh() {
            return reading > 0 && System.nanoTime() - readAtNs < KEPT.toNanos();
        }

        static Known of(List<ChannelKeys.Hashed> live, long reading, long startedNs) {
            Map<ByteBuffer, ChannelKey> byHash = new HashMap<>();
            Set<String> origins = new HashSet<>();
            for (ChannelKeys.Hashed one : live) {
                byHash.put(ByteBuffer.wrap(one.hash()), one.key());
                origins.addAll(one.key().origins());
            }
            return new Known(byHash, origins, reading, startedNs);
        }
    }

    /// Reads all keys now; of two readings at once the one that began later counts.
    Mono<Void> reload() {
        return read().then();
    }

    /// How often the keys were read, for tests.
    long readings() {
        return readings.get();
    }

    private Mono<Known> read() {
        return Mono.defer(() -> {
            long number = readings.incrementAndGet();
            long started = System.nanoTime();
            return keys.live().collectList().map(live -> newest(Known.of(live, number, started)));
        });
    }

    private synchronized Known newest(Known read) {
        if (read.reading > known.reading) known = read;
        return known;
    }

    private static boolean isAway(Throwable error) {
        return error instanceof R2dbcException || error instanceof TimeoutException;
    }

    private Mono<Known> now() {
        Known last = known;
        return last.isFresh() ? Mono.just(last) : reading;
    }

    /// The good key of this text and kind.
    Mono<ChannelKey> find(String text, ChannelKey.Kind kind) {
        if (!KeyText.isLike(text)) return Mono.empty();
        ByteBuffer hash = ByteBuffer.wrap(new KeyText(text).hash());
        return now().flatMap(now -> Mono.justOrEmpty(Optional.ofNullable(now.byHash.get(hash))
            .filter(key -> key.kind() == kind && key.isLive(clock.instant()))));
    }

    /// Notes that a key was used: one write per key, node and few minutes. Nobody is refused because it cannot be
    /// noted.
    Mono<ChannelKey> noted(ChannelKey key) {
        Instant now = clock.instant();
        Instant before = used.get(key.id());
        if (before != null && now.isBefore(before.plus(PersonalTokens.USED_COARSE))) return Mono.just(key);
        used.put(key.id(), now);
        return keys.used(key.id(), now).onErrorResume(R2dbcException.class, away -> Mono.just(0L)).thenReturn(key);
    }

    @Override public Mono<Boolean> isKnown(String origin) {
        return now().map(now -> now.origins.contains(origin));
    }

    @Override public Mono<Boolean> mayRead(ServerHttpRequest request, String origin) {
        String text = shown(request);
        if (text == null) return Mono.just(false);
        return find(text, ChannelKey.Kind.PUBLISHABLE).map(key -> key.origins().contains(origin)).defaultIfEmpty(false);
    }

    /// The key that a request shows; two of them are none.
    static @Nullable String shown(ServerHttpRequest request) {
        List<String> shown = request.getHeaders().getOrEmpty(HEADER);
        return shown.size() == 1 ? shown.getFirst() : null;
    }
}
