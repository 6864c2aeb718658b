package io.millrace.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.settings.CannotOpen;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// How often one may do a thing, by name (`login`, `orders`), for a key: a person, a client's address, an account that
/// somebody tries to enter. At most N in any window, counted by all nodes together in Redis, and by each node alone
/// while Redis is away (`closed` limits refuse then). The numbers are settings, `millrace.limits.<name>=5/15m`.
///
/// Tolerance: what is asked often is drawn from Redis in portions of an eighth, so a node may grant an eighth late, and
/// refuse while others hold undrawn portions. Limits up to 64 with a name of their own are exact. Without Redis each
/// node counts for itself.
public final class Limits {
    /// For every route that names no other.
    static final String DEFAULT = "default";
    static final String NONE = "";
    /// The limit of what is not set and has no usual value here; and when set, of everything else that is not set.
    private static final String OTHERS = "others";
    /// What the seeds of the shop agreed on.
    private static final Map<String, String> USUAL = Map.of(DEFAULT, "60/1m", "login", "5/15m", "register", "3/1h",
        "orders", "10/15m", "search", "50/15m", "codes", "5/15m", "keys", "20/15m");
    /// Who is remembered of each limit by one node; whoever is forgotten is looked up in Redis again.
    private static final int KEYS_MAX = 20_000;
    /// A closed limit is tried again after this.
    private static final long CLOSED_MS = 1_000;

    private final SharedCounts shared;
    private final InstantSource clock;
    private final Map<String, Counted> limits = new HashMap<>();

    Limits(Map<String, String> settings, SharedCounts shared, InstantSource clock) {
        this.shared = shared;
        this.clock = clock;
        var unknown = new TreeSet<>(settings.keySet());
        unknown.removeAll(USUAL.keySet());
        unknown.remove(OTHERS);
        if (!unknown.isEmpty())
            throw new CannotOpen("There is no limit called " + String.join(", ", unknown) + " (millrace.limits.*)",
                "The limits are " + new TreeSet<>(USUAL.keySet()), null);
        USUAL.forEach((name, usual) -> limits.put(name,
            counted(name, settings.getOrDefault(name, settings.getOrDefault(OTHERS, usual)))));
    }

    /// A limit and who has used how much of it; no limit when it is off.
    private record Counted(String name, @Nullable Limit limit, Cache<String, Quota> quotas) {}

    private static Counted counted(String name, String text) {
        try {
            Limit limit = Limit.parse(text, name.equals(DEFAULT) ? Limit.COARSE : Limit.EXACT);
            Caffeine<Object, Object> quotas = Caffeine.newBuilder().maximumSize(KEYS_MAX);
            return new Counted(name, limit,
                (limit == null ? quotas : quotas.expireAfterAccess(limit.window())).build());
        } catch (IllegalArgumentException e) {
            throw new CannotOpen("millrace.limits." + name + ": " + e.getMessage(),
                "Write it like 60/1m (so many in any window), or off", e);
        }
    }

    /// Counts one for the key; refused, it counts nothing. Unknown names are defects.
    public Mono<Verdict> take(String name, String key) {
        Counted counted = counted(name);
        Limit limit = counted.limit;
        if (limit == null) return Mono.just(Verdict.UNLIMITED);
        Quota quota = counted.quotas.get(key, k -> new Quota(limit));
        return Mono.defer(() -> decide(counted, limit, key, quota));
    }

    /// The same without a publisher, when this node knows the answer by itself; else null.
    @Nullable Verdict takeNow(String name, String key) {
        Counted counted = counted(name);
        Limit limit = counted.limit;
        return limit == null ? Verdict.UNLIMITED
            : counted.quotas.get(key, k -> new Quota(limit)).take(clock.millis());
    }

    /// The refusal of who has used up all of it, as far as this node knows; counts nothing.
    public @Nullable Verdict refusal(String name, String key) {
        Quota quota = counted(name).quotas.getIfPresent(key);
        return quota == null ? null : quota.refusal(clock.millis());
    }

    /// Fails early for a name that is not there.
    void mustKnow(String name) {
        if (!name.equals(NONE)) counted(name);
    }

    /// Every round somebody of those who wait gets on, or all are refused.
    private Mono<Verdict> decide(Counted counted, Limit limit, String key, Quota quota) {
        Verdict now = quota.take(clock.millis());
        if (now != null) return Mono.just(now);
        return quota.drawing(() -> draw(counted, limit, key, quota))
            .then(Mono.defer(() -> decide(counted, limit, key, quota)));
    }

    private Mono<Void> draw(Counted counted, Limit limit, String key, Quota quota) {
        return Mono.defer(() -> {
            long now = clock.millis();
            long wish = quota.wish(now);
            if (wish <= 0) {
                quota.drew(now, new Quota.Portion(0, 0, 0));
                return Mono.empty();
            }
            return shared.draw(counted.name, key, limit, wish, now)
                .switchIfEmpty(Mono.fromSupplier(() -> alone(limit, wish)))
                .doOnNext(portion -> quota.drew(clock.millis(), portion)).then();
        }).cache();
    }

    /// While the shared count is away.
    private static Quota.Portion alone(Limit limit, long wish) {
        return limit.closed() ? new Quota.Portion(0, 0, CLOSED_MS) : new Quota.Portion(wish, limit.most(), 0);
    }

    private Counted counted(String name) {
        Counted counted = limits.get(name);
        if (counted == null) throw new IllegalArgumentException("no limit is called " + name + ": add it to Limits");
        return counted;
    }
}
