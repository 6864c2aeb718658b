package io.millrace.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.http.Caller;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Finds out who is asking: a good bearer token makes the caller, a bad one is 401, none is a guest.
///
/// Only below `/api/`: elsewhere (the sandbox, metrics) other people's words stand in `Authorization`.
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
final class Bearer implements WebFilter {
    /// Verified tokens remembered, by hash; a signature costs some 200 us, a look here one.
    private static final int REMEMBERED_MAX = 20_000;
    /// A changed role or permission is felt after this time on every node.
    private static final Duration REMEMBERED = Duration.ofSeconds(30);
    private static final String SCHEME = "Bearer ";

    private final AccessTokens tokens;
    private final KeyRing ring;
    private final Roles roles;
    private final InstantSource clock;
    private final Cache<ByteBuffer, Known> known =
        Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).expireAfterWrite(REMEMBERED).build();

    Bearer(AccessTokens tokens, KeyRing ring, Roles roles, InstantSource clock) {
        this.tokens = tokens;
        this.ring = ring;
        this.roles = roles;
        this.clock = clock;
    }

    private record Known(Caller caller, Instant expires) {}

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        List<String> headers = exchange.getRequest().getHeaders().getValuesAsList(HttpHeaders.AUTHORIZATION);
        if (headers.isEmpty() || !exchange.getRequest().getPath().value().startsWith("/api/"))
            return chain.filter(exchange);
        String header = headers.getFirst();
        if (headers.size() == 1 && !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
            return chain.filter(exchange);
        if (headers.size() > 1) return Mono.error(refused());
        return caller(header.substring(SCHEME.length()).strip()).flatMap(caller -> {
            exchange.getAttributes().put(Caller.ATTRIBUTE, caller);
            return chain.filter(exchange);
        });
    }

    private Mono<Caller> caller(String token) {
        ByteBuffer hash = ByteBuffer.wrap(sha256(token));
        Known before = known.getIfPresent(hash);
        if (before != null && clock.instant().isBefore(before.expires)) return Mono.just(before.caller);
        return ring.keys()
            .flatMap(keys -> Mono.justOrEmpty(tokens.verify(token, keys, clock.instant())))
            .switchIfEmpty(Mono.error(Bearer::refused))
            .flatMap(this::known)
            .doOnNext(now -> known.put(hash, now))
            .map(Known::caller);
    }

    private Mono<Known> known(AccessTokens.Verified token) {
        return roles.permissions(token.roles())
            .map(permissions -> new Known(new Caller(Optional.of(token.account()), token.roles(), permissions),
                token.expires()));
    }

    private static ProblemException refused() {
        return new ProblemException(Problem.of(401, "invalid_token", "The access token is not good; sign in again")
            .header("WWW-Authenticate", "Bearer error=\"invalid_token\""));
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
