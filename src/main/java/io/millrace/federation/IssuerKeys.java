package io.millrace.federation;

import com.nimbusds.jose.jwk.JWKSet;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The keys that an issuer publishes, kept as long as it says within [#KEPT_MIN] and [#KEPT_MAX]. A token with a key
/// that is not among them makes us look again, [#MISSES_MAX] times in [#MISS_WINDOW]: nobody makes us ask without end.
final class IssuerKeys {
    private static final int MISSES_MAX = 5;
    private static final Duration MISS_WINDOW = Duration.ofMinutes(1);
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration KEPT_MIN = Duration.ofMinutes(1);
    private static final Duration KEPT_MAX = Duration.ofHours(24);
    private static final int KEYS_MAX = 32;
    private static final Pattern MAX_AGE = Pattern.compile("max-age=(\\d{1,9})");

    private final OuterCalls calls;
    private final InstantSource clock;
    private final AtomicReference<@Nullable Kept> kept = new AtomicReference<>();
    private final AtomicReference<@Nullable Mono<Told<JWKSet>>> asking = new AtomicReference<>();
    private Instant missesSince = Instant.EPOCH;
    private int misses;

    IssuerKeys(OuterCalls calls, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
    }

    private record Kept(JWKSet keys, Instant until) {}

    Mono<Told<JWKSet>> keys(String url) {
        Kept now = kept.get();
        return now != null && clock.instant().isBefore(now.until) ? Mono.just(new Told.Yes<>(now.keys)) : read(url);
    }

    /// After a token with a key that these lack; empty when we looked too often. Whoever looked meanwhile looked for
    /// all.
    Mono<Told<JWKSet>> keysAfterMiss(String url, JWKSet lacking) {
        return Mono.defer(() -> {
            Kept now = kept.get();
            if (now != null && now.keys != lacking) return Mono.just(new Told.Yes<>(now.keys));
            Mono<Told<JWKSet>> running = asking.get();
            if (running != null) return running;
            return mayLook(clock.instant()) ? read(url) : Mono.empty();
        });
    }

    private synchronized boolean mayLook(Instant now) {
        if (missesSince.plus(MISS_WINDOW).isBefore(now)) {
            missesSince = now;
            misses = 0;
        }
        return misses++ < MISSES_MAX;
    }

    /// Those who ask at once share one call.
    private Mono<Told<JWKSet>> read(String url) {
        Mono<Told<JWKSet>> running = asking.get();
        if (running != null) return running;
        Mono<Told<JWKSet>> call = fetched(url).doFinally(signal -> asking.set(null)).cache();
        asking.compareAndSet(null, call);
        return call;
    }

    private Mono<Told<JWKSet>> fetched(String url) {
        return calls.get(url, null).map(told -> {
            if (!(told instanceof Told.Yes<OuterCalls.Page>(var page))) return told.failed();
            try {
                JWKSet keys = JWKSet.parse(page.text());
                if (keys.size() > KEYS_MAX) return new Told.Away<>("more than " + KEYS_MAX + " keys");
                kept.set(new Kept(keys, clock.instant().plus(life(page.cacheControl()))));
                return new Told.Yes<>(keys);
            } catch (ParseException e) {
                return new Told.Away<>("its keys cannot be read");
            }
        });
    }

    static Duration life(@Nullable String cacheControl) {
        Matcher age = MAX_AGE.matcher(cacheControl == null ? "" : cacheControl);
        Duration said = age.find() ? Duration.ofSeconds(Long.parseLong(age.group(1))) : KEPT;
        if (said.compareTo(KEPT_MIN) < 0) return KEPT_MIN;
        return said.compareTo(KEPT_MAX) > 0 ? KEPT_MAX : said;
    }
}
