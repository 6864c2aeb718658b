package io.millrace.http;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Counts every request to the API by the limit that its row names, before anything else is done for it: by the
/// account of who signed in, else by the client's address. Behind [Front] and the filter that knows the caller, before
/// ready answers.
@Order(Ordered.HIGHEST_PRECEDENCE + 20)
final class Gate implements WebFilter {
    private static final String API = "/api/";

    private final Limits limits;
    private final Api api;

    Gate(Limits limits, Api api) {
        this.limits = limits;
        this.api = api;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        PathContainer path = exchange.getRequest().getPath().pathWithinApplication();
        if (!path.value().startsWith(API)) return chain.filter(exchange);
        String name = limit(exchange, path);
        if (name.equals(Limits.NONE)) return chain.filter(exchange);
        String key = key(exchange);
        Verdict now = limits.takeNow(name, key);
        return now != null ? go(exchange, chain, now)
            : limits.take(name, key).flatMap(verdict -> go(exchange, chain, verdict));
    }

    private String limit(ServerWebExchange exchange, PathContainer path) {
        Table.Found found = Doors.find(exchange, api, path);
        Rows.Row row = found == null ? null : found.place().row(exchange.getRequest().getMethod());
        return row == null ? Limits.DEFAULT : row.limit;
    }

    private static String key(ServerWebExchange exchange) {
        @Nullable Object caller = exchange.getAttributes().get(Caller.ATTRIBUTE);
        return caller instanceof Caller known && !known.isGuest() ? "account:" + known.scope()
            : addressKey(exchange);
    }

    static String addressKey(ServerWebExchange exchange) {
        return "address:" + ClientAddress.of(exchange).network();
    }

    private static Mono<Void> go(ServerWebExchange exchange, WebFilterChain chain, Verdict verdict) {
        ServerHttpResponse response = exchange.getResponse();
        verdict.headers().forEach(response.getHeaders()::set);
        if (verdict.allowed()) return chain.filter(exchange);
        Problem problem = verdict.problem();
        response.setRawStatusCode(problem.status());
        problem.headers().forEach(response.getHeaders()::set);
        return Answer.failure(exchange, problem);
    }
}
