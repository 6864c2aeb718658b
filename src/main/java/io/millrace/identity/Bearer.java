package io.millrace.identity;

import io.millrace.http.Caller;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Finds out who is asking: a good bearer token makes the caller, a bad one is 401, none is a guest.
///
/// Only below `/api/`: elsewhere (the sandbox, metrics) other people's words stand in `Authorization`.
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
final class Bearer implements WebFilter {
    private static final String SCHEME = "Bearer ";

    private final Supplier<List<Credentials>> kinds;

    Bearer(Supplier<List<Credentials>> kinds) {
        this.kinds = kinds;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        List<String> headers = request.getHeaders().getValuesAsList(HttpHeaders.AUTHORIZATION);
        if (headers.isEmpty() || !request.getPath().value().startsWith("/api/")) return chain.filter(exchange);
        String header = headers.getFirst();
        if (headers.size() == 1 && !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
            return chain.filter(exchange);
        if (headers.size() > 1) return Mono.error(refused());
        return caller(header.substring(SCHEME.length()).strip(), exchange).flatMap(caller -> {
            exchange.getAttributes().put(Caller.ATTRIBUTE, caller);
            return chain.filter(exchange);
        });
    }

    private Mono<Caller> caller(String token, ServerWebExchange exchange) {
        for (Credentials kind : kinds.get())
            if (kind.knows(token)) return kind.caller(token, exchange).switchIfEmpty(Mono.error(Bearer::refused));
        return Mono.error(refused());
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
