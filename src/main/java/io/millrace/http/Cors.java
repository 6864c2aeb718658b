package io.millrace.http;

import java.util.List;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Tells browsers which pages of other sites may read our answers (Fetch standard, CORS): exact origins from the
/// settings or from the key that a request carries, never a pattern, never `null`, and never with credentials: nothing
/// here is told by a cookie, so there is nothing that a foreign page could borrow.
///
/// A request without `Origin` is no page of another site and passes; one of a foreign origin passes as well, but its
/// page cannot read the answer.
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class Cors implements WebFilter {
    static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    static final String HEADERS = "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
        + "Last-Event-ID, Traceparent, X-Cart-Token, X-Channel, X-Order-Token, X-Publishable-Key, X-Request-Id";
    static final String EXPOSED = "ETag, Idempotent-Replayed, Link, Location, Retry-After, RateLimit-Limit, "
        + "RateLimit-Remaining, RateLimit-Reset, WWW-Authenticate, X-Cart-Token, X-RateLimit-Limit, "
        + "X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";
    /// A browser asks again after this, so a key that was revoked is felt soon.
    static final int PREFLIGHT_KEPT_SECONDS = 600;
    private static final String PREFLIGHT_VARY = "Access-Control-Request-Method, Access-Control-Request-Headers";

    private final Set<String> everywhere;
    private final List<Origins> others;

    Cors(List<String> everywhere, List<Origins> others) {
        this.everywhere = Set.copyOf(everywhere);
        this.others = others;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        if (!request.getPath().value().startsWith("/api/")) return chain.filter(exchange);
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        List<String> origins = request.getHeaders().getOrEmpty(HttpHeaders.ORIGIN);
        if (isPreflight(request)) return preflight(exchange, origins);
        if (origins.size() != 1) return chain.filter(exchange);
        String origin = origins.getFirst();
        return mayRead(request, origin).flatMap(may -> {
            if (may) allow(headers, origin);
            return chain.filter(exchange);
        });
    }

    private static boolean isPreflight(ServerHttpRequest request) {
        return HttpMethod.OPTIONS.equals(request.getMethod())
            && request.getHeaders().getFirst(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null
            && request.getHeaders().getFirst(HttpHeaders.ORIGIN) != null;
    }

    private Mono<Void> preflight(ServerWebExchange exchange, List<String> origins) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.add(HttpHeaders.VARY, PREFLIGHT_VARY);
        Mono<Boolean> known = origins.size() == 1 ? isKnown(origins.getFirst()) : Mono.just(false);
        return known.flatMap(may -> {
            if (!may) {
                exchange.getResponse().setStatusCode(HttpStatus.FORBIDDEN);
                return Answer.failure(exchange, Origins.foreign());
            }
            allow(headers, origins.getFirst());
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, Integer.toString(PREFLIGHT_KEPT_SECONDS));
            exchange.getResponse().setStatusCode(HttpStatus.NO_CONTENT);
            return exchange.getResponse().setComplete();
        });
    }

    private static void allow(HttpHeaders headers, String origin) {
        headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }

    private Mono<Boolean> isKnown(String origin) {
        if (everywhere.contains(origin)) return Mono.just(true);
        return Flux.fromIterable(others).concatMap(one -> one.isKnown(origin)).any(known -> known);
    }

    private Mono<Boolean> mayRead(ServerHttpRequest request, String origin) {
        if (everywhere.contains(origin)) return Mono.just(true);
        return Flux.fromIterable(others).concatMap(one -> one.mayRead(request, origin)).any(may -> may);
    }
}
