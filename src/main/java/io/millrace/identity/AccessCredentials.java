package io.millrace.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.http.Caller;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// The access tokens of sign-ins.
final class AccessCredentials implements Credentials {
    /// Verified tokens remembered, by hash; a signature costs some 200 us, a look here one.
    private static final int REMEMBERED_MAX = 20_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    private final AccessTokens tokens;
    private final Roles roles;
    private final Liveness liveness;
    private final InstantSource clock;
    private final Cache<ByteBuffer, AccessTokens.Verified> known =
        Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).expireAfterWrite(REMEMBERED).build();

    AccessCredentials(AccessTokens tokens, Roles roles, Liveness liveness, InstantSource clock) {
        this.tokens = tokens;
        this.roles = roles;
        this.liveness = liveness;
        this.clock = clock;
    }

    /// A JWT has three parts.
    @Override public boolean knows(String token) {
        int first = token.indexOf('.');
        return first > 0 && token.indexOf('.', first + 1) > first;
    }

    @Override public Mono<Caller> caller(String token, ServerWebExchange exchange) {
        return verified(token)
            .filterWhen(good -> liveness.isGood(good.session(), good.account()))
            .flatMap(good -> roles.permissions(good.roles(), good.realm()).map(may -> caller(good, may)));
    }

    private static Caller caller(AccessTokens.Verified good, Set<String> may) {
        return new Caller(Optional.of(good.account()), good.roles(), may,
            Optional.of(Caller.Proof.session(good.session(), good.realm(), good.at(), good.methods())));
    }

    private Mono<AccessTokens.Verified> verified(String token) {
        ByteBuffer hash = ByteBuffer.wrap(Bearer.sha256(token));
        AccessTokens.Verified before = known.getIfPresent(hash);
        if (before != null)
            return clock.instant().isBefore(before.expires()) ? Mono.just(before) : Mono.empty();
        return tokens.verify(token).doOnNext(now -> known.put(hash, now));
    }
}
