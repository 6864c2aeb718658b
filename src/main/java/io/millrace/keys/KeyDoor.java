package io.millrace.keys;

import io.millrace.channel.Channels;
import io.millrace.http.Detached;
import io.millrace.http.Origins;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Reads the channel's key of a request, which picks the channel: a publishable one, which pages of origins that are
/// not the key's own may not use, or the secret one in `Authorization`, whose goodness is then the business of
/// [SecretKeyCredentials]. After CORS, which has marked the answer by then; before anybody asks for the channel.
@Order(Ordered.HIGHEST_PRECEDENCE + 6)
final class KeyDoor implements WebFilter {
    private static final String SECRET = "Bearer " + KeyText.SECRET;

    private final KnownKeys known;
    private final BadKeys bad;

    KeyDoor(KnownKeys known, BadKeys bad) {
        this.known = known;
        this.bad = bad;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        if (!request.getPath().value().startsWith("/api/")) return chain.filter(exchange);
        boolean shown = request.getHeaders().getFirst(KnownKeys.HEADER) != null;
        String secret = secret(request);
        if (!shown && secret == null) return chain.filter(exchange);
        Mono<Boolean> picked = shown ? published(exchange) : Mono.just(true);
        return picked.flatMap(done -> secret == null ? Mono.just(done) : secret(exchange, secret))
            .flatMap(done -> done ? chain.filter(exchange) : Mono.error(refused()));
    }

    private static @Nullable String secret(ServerHttpRequest request) {
        String header = request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
        boolean is = header != null && header.regionMatches(true, 0, SECRET, 0, SECRET.length());
        return header == null || !is ? null : header.substring(SECRET.length() - KeyText.SECRET.length()).strip();
    }

    private Mono<Boolean> published(ServerWebExchange exchange) {
        String text = KnownKeys.shown(exchange.getRequest());
        if (text == null) return Mono.just(false);
        return Detached.run(known.find(text, ChannelKey.Kind.PUBLISHABLE).flatMap(known::noted)).map(key -> {
            if (isForeign(exchange)) throw new ProblemException(Origins.foreign());
            return picks(exchange, key);
        }).switchIfEmpty(Mono.defer(() -> bad.counted(exchange))).defaultIfEmpty(false);
    }

    /// One that is not good is left to the filter that asks who is there.
    private Mono<Boolean> secret(ServerWebExchange exchange, String text) {
        return Detached.run(known.find(text, ChannelKey.Kind.SECRET)).map(key -> picks(exchange, key))
            .defaultIfEmpty(true);
    }

    /// False for two keys of two channels: nobody can say which is meant.
    private static boolean picks(ServerWebExchange exchange, ChannelKey key) {
        Object before = exchange.getAttributes().putIfAbsent(Channels.BY_KEY, key.channel());
        return before == null || before.equals(key.channel());
    }

    /// A page of another site that the answer is not marked for. Programs and pages of this very host say no origin, or
    /// their own.
    private static boolean isForeign(ServerWebExchange exchange) {
        HttpHeaders asked = exchange.getRequest().getHeaders();
        String origin = asked.getFirst(HttpHeaders.ORIGIN);
        String host = asked.getFirst(HttpHeaders.HOST);
        return origin != null && !origin.equals("https://" + host) && !origin.equals("http://" + host)
            && exchange.getResponse().getHeaders().getFirst(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN) == null;
    }

    private static ProblemException refused() {
        return new ProblemException(Problem.of(401, "invalid_key", "This publishable key is not good (any more)")
            .header("WWW-Authenticate", "Bearer"));
    }
}
