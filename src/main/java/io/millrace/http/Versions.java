package io.millrace.http;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// `/api/...` without a version is version 1: some storefronts call it so.
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class Versions implements WebFilter {
    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String path = exchange.getRequest().getURI().getRawPath();
        if (!path.startsWith("/api/") || path.startsWith("/api/v1/") || path.equals("/api/v1"))
            return chain.filter(exchange);
        return chain.filter(
            exchange.mutate().request(request -> request.path("/api/v1" + path.substring("/api".length()))).build());
    }
}
