package io.millrace.http;

import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/// Takes `X-Request-Id` or makes one; it goes into the answer, the logs, the errors and the facts.
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class RequestId implements WebFilter {
    private static final String NAME = RequestId.class.getName();
    private static final String HEADER = "X-Request-Id";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String given = exchange.getRequest().getHeaders().getFirst(HEADER);
        String id = given != null && SANE.matcher(given).matches() ? given : UUID.randomUUID().toString();
        exchange.getAttributes().put(NAME, id);
        exchange.getResponse().getHeaders().set(HEADER, id);
        return chain.filter(exchange).contextWrite(context -> context.put(NAME, id));
    }

    static String of(ServerWebExchange exchange) {
        return String.valueOf(exchange.getAttributes().get(NAME));
    }

    /// The id of the request whose pipeline this is; empty outside of one.
    public static String of(ContextView context) {
        return String.valueOf(context.<Object>getOrDefault(NAME, ""));
    }
}
