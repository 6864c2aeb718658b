package io.millrace.keys;

import io.millrace.channel.Channels;
import io.millrace.http.Detached;
import io.millrace.http.Origins;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Reads the publishable key of a request: it picks the channel, and pages of origins that are not the key's own may
/// not use it. After CORS, which has marked the answer by then; before anybody asks for the channel.
@Order(Ordered.HIGHEST_PRECEDENCE + 6)
final class KeyDoor implements WebFilter {
    private final KnownKeys known;

    KeyDoor(KnownKeys known) {
        this.known = known;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        if (request.getHeaders().getFirst(KnownKeys.HEADER) == null || !request.getPath().value().startsWith("/api/"))
            return chain.filter(exchange);
        String text = KnownKeys.shown(request);
        Mono<ChannelKey> key =
            text == null ? Mono.empty() : known.find(text, ChannelKey.Kind.PUBLISHABLE).flatMap(known::noted);
        return Detached.run(key).switchIfEmpty(Mono.error(KeyDoor::refused)).flatMap(found -> {
            if (isForeign(exchange)) return Mono.error(new ProblemException(Origins.foreign()));
            request.getAttributes().put(Channels.BY_KEY, found.channel());
            return chain.filter(exchange);
        });
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
