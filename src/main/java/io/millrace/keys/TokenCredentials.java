package io.millrace.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.http.Caller;
import io.millrace.http.Detached;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.identity.Credentials;
import io.millrace.identity.Identity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Personal access tokens: their owner comes by a machine, allowed what the token's scopes and his own permissions both
/// say at that moment. Good ones are remembered for a short time, so that a busy machine costs one statement in it.
final class TokenCredentials implements Credentials {
    /// A token that was taken back, or an owner's lost permission, is felt after this even with Kafka away.
    static final Duration KEPT = Duration.ofSeconds(30);
    private static final int REMEMBERED_MAX = 20_000;
    /// One that was good so lately is looked up again whatever else its address does.
    private static final Duration TRUSTED = Duration.ofHours(1);
    /// A storm of invented tokens (attack 30) takes no more of the database's connections than this.
    private static final int ASKED_AT_ONCE_MAX = 8;

    private final PersonalTokens tokens;
    private final Identity identity;
    private final BadKeys bad;
    private final InstantSource clock;
    private final Cache<ByteBuffer, Remembered> remembered =
        Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).expireAfterWrite(KEPT).build();
    private final Cache<ByteBuffer, UUID> trusted =
        Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).expireAfterWrite(TRUSTED).build();
    private final AtomicLong forgettings = new AtomicLong();
    private final Map<ByteBuffer, Mono<Remembered>> flights = new ConcurrentHashMap<>();

    TokenCredentials(PersonalTokens tokens, Identity identity, BadKeys bad, InstantSource clock) {
        this.tokens = tokens;
        this.identity = identity;
        this.bad = bad;
        this.clock = clock;
    }

    private record Remembered(PersonalToken token, Caller caller) {}

    @Override public boolean knows(String token) {
        return token.startsWith(KeyText.PERSONAL);
    }

    @Override public Mono<Caller> caller(String text, ServerWebExchange exchange) {
        Mono<Caller> counted = Mono.defer(() -> bad.counted(exchange));
        if (!KeyText.isLike(text)) return counted;
        ByteBuffer hash = ByteBuffer.wrap(new KeyText(text).hash());
        Remembered before = remembered.getIfPresent(hash);
        if (before != null && clock.instant().isBefore(before.token.expiresAt())) return Mono.just(before.caller);
        Mono<Caller> looked = Mono.defer(() -> before != null ? Mono.empty() : looked(hash)).switchIfEmpty(counted);
        return trusted.getIfPresent(hash) != null ? looked : bad.<Caller>refused(exchange).switchIfEmpty(looked);
    }

    private Mono<Caller> looked(ByteBuffer hash) {
        return flights.size() >= ASKED_AT_ONCE_MAX && !flights.containsKey(hash) ? Mono.error(busy())
            : flights.computeIfAbsent(hash, this::asked).map(Remembered::caller);
    }

    /// One look for all requests of a token that come at the same time.
    private Mono<Remembered> asked(ByteBuffer hash) {
        long began = forgettings.get();
        return Detached.run(tokens.use(hash.array(), clock.instant()).flatMap(this::found))
            .doOnNext(found -> remember(hash, found, began))
            .doFinally(end -> flights.remove(hash)).cache();
    }

    /// What was taken back while we read must not be remembered.
    private void remember(ByteBuffer hash, Remembered found, long began) {
        remembered.put(hash, found);
        trusted.put(hash, found.token.id());
        if (began != forgettings.get()) remembered.invalidate(hash);
    }

    private static ProblemException busy() {
        return new ProblemException(Problem.unavailable("busy", "Too many keys at once; try again", 1));
    }

    /// Empty when the owner is not active any more.
    private Mono<Remembered> found(PersonalToken token) {
        return identity.rights(token.account()).map(owner -> new Remembered(token, caller(token, owner)));
    }

    static Caller caller(PersonalToken token, Identity.Rights owner) {
        Set<String> granted = Scopes.granted(token.scopes(), owner.permissions());
        return new Caller(Optional.of(token.account()), Set.of(), granted, Optional.of(new Caller.Proof(Caller.Kind.KEY,
            token.id(), owner.realm(), token.createdAt(), Set.of(), granted)));
    }

    void forget(UUID token) {
        forgettings.incrementAndGet();
        trusted.asMap().values().remove(token);
        remembered.asMap().values().removeIf(one -> one.token.id().equals(token));
    }

    void forgetAll() {
        forgettings.incrementAndGet();
        remembered.invalidateAll();
    }

    void forgetAllOf(UUID account) {
        forgettings.incrementAndGet();
        remembered.asMap().values().removeIf(one -> one.token.account().equals(account));
    }
}
