package io.millrace.storefront;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.messaging.Fact;
import io.millrace.storefront.Ready.Stamp;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The ready answers of this node, bounded by their bytes; behind them the shared ones, behind those the database. One
/// reader at a time makes an answer, the others wait for his.
///
/// Nothing here is the truth: an answer is as good as the stamps it was made from, and its time is short in case a fact
/// was missed.
final class ReadyPages {
    private static final long LIFE_MIN_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long LIFE_MAX_NANOS = Duration.ofSeconds(60).toNanos();
    /// What is not there may be there soon.
    private static final long ABSENT_LIFE_NANOS = Duration.ofSeconds(5).toNanos();
    /// Slots of [#lately], a power of two.
    private static final int LATELY = 1 << 16;

    private final Freshness freshness;
    private final SharedPages shared;
    private final Cache<String, Ready> pages;
    /// The same answers by the words of the request line: a hit needs no parsing.
    private final Cache<String, Ready> lines;
    private final ConcurrentMap<String, Flight> flights = new ConcurrentHashMap<>();
    /// What was asked for lately, by hash; a newer one takes the slot of an older.
    private final AtomicIntegerArray lately = new AtomicIntegerArray(LATELY);

    ReadyPages(Freshness freshness, SharedPages shared, long bytesMax) {
        this.freshness = freshness;
        this.shared = shared;
        this.pages = cache(bytesMax * 2 / 3);
        this.lines = cache(bytesMax / 3);
    }

    /// An answer that is being made, and the stamps from before.
    private record Flight(long[] at, Mono<Ready> answer) {}

    Freshness freshness() {
        return freshness;
    }

    /// The good answer to this very request line, if there is one: the fast way.
    @Nullable Ready line(String line) {
        Ready ready = lines.getIfPresent(line);
        return ready != null && ready.isGood(System.nanoTime()) ? ready : null;
    }

    void keepLine(String line, Ready ready) {
        if (ready.status() == 200 && ready.isGood(System.nanoTime())) lines.put(line, ready);
    }

    /// The answer under the key: ready, shared, or made now.
    Mono<Ready> get(String channel, String key, Stamp[] stamps, Supplier<Mono<SharedPages.Content>> make) {
        String address = channel + "|" + key;
        Ready ready = pages.getIfPresent(address);
        if (ready != null && ready.isGood(System.nanoTime())) return Mono.just(ready);
        long[] now = Ready.read(stamps);
        Flight flight = flights.get(address);
        // an answer that somebody began to make before the last change is not waited for
        if (flight != null && Arrays.equals(flight.at, now)) return flight.answer;
        boolean again = wasAsked(address.hashCode());
        Mono<Ready> answer = (again ? found(channel, key, make) : Mono.defer(make))
            .map(content -> again ? kept(address, content, stamps, now) : once(content, stamps, now)).cache();
        Flight mine = new Flight(now, answer.doFinally(end -> flights.computeIfPresent(address,
            (same, current) -> Arrays.equals(current.at, now) ? null : current)));
        flights.put(address, mine);
        return mine.answer;
    }

    private Mono<SharedPages.Content> found(String channel, String key, Supplier<Mono<SharedPages.Content>> make) {
        return shared.find(channel, key).map(java.util.Optional::of).defaultIfEmpty(java.util.Optional.empty())
            .flatMap(found -> {
                SharedPages.Content content = found.map(SharedPages.Found::content).orElse(null);
                if (content != null) return Mono.just(content);
                return Mono.defer(make).doOnNext(made -> found.ifPresent(
                    empty -> shared.share(channel, key, empty.generation(), made)));
            });
    }

    /// What nobody asked for before (deep pages, odd filters) is made and forgotten: the other nodes have hardly got it
    /// either, so asking Redis and sharing it would cost more than the one statement that makes it, and keeping it
    /// would push out what is asked for and keep the garbage collector busy. From the second time on it is kept.
    private boolean wasAsked(int hash) {
        int slot = (hash ^ hash >>> 16) & LATELY - 1;
        return lately.getAndSet(slot, hash) == hash;
    }

    /// Good for those who wait for it now, and for nobody after them.
    private static Ready once(SharedPages.Content content, Stamp[] stamps, long[] at) {
        return Ready.of(content.status(), content.bytes(), content.version(), stamps, at, System.nanoTime());
    }

    private Ready kept(String address, SharedPages.Content content, Stamp[] stamps, long[] at) {
        long life = content.status() == 200 ? ThreadLocalRandom.current().nextLong(LIFE_MIN_NANOS, LIFE_MAX_NANOS)
            : ABSENT_LIFE_NANOS;
        Ready ready = Ready.of(content.status(), content.bytes(), content.version(), stamps, at,
            System.nanoTime() + life);
        pages.put(address, ready);
        return ready;
    }

    /// Facts were committed: what was made before them is old, here at once and shared as soon as Redis answers.
    ///
    /// What is shared goes first: who read it after the stamps moved would keep it as if it had been made after them.
    void heard(Collection<? extends Fact> facts) {
        Freshness.channels(facts).forEach(shared::forget);
        freshness.heard(facts);
    }

    private static Cache<String, Ready> cache(long bytesMax) {
        // a put is small work: handing what it leaves behind to another thread would cost more than doing it
        return Caffeine.newBuilder().maximumWeight(bytesMax).executor(Runnable::run)
            .weigher((String key, Ready ready) -> ready.weight() + key.length()).build();
    }
}
