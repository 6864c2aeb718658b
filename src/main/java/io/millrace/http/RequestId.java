package io.millrace.http;

import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/// Takes `X-Request-Id` or makes one, and continues the W3C trace of `traceparent` or starts one; both go into the
/// answer, the logs and the facts.
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class RequestId implements WebFilter {
    private static final String NAME = RequestId.class.getName();
    private static final String HEADER = "X-Request-Id";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String given = exchange.getRequest().getHeaders().getFirst(HEADER);
        String id = given != null && SANE.matcher(given).matches() ? given : UUID.randomUUID().toString();
        exchange.getAttributes().put(NAME, id);
        Trace trace = Trace.continued(exchange.getRequest().getHeaders().getFirst(Trace.HEADER));
        exchange.getResponse().getHeaders().set(HEADER, id);
        exchange.getResponse().getHeaders().set(Trace.HEADER, trace.header());
        return chain.filter(exchange).contextWrite(context -> trace.into(into(context, id)));
    }

    /// For work that a request caused after it was answered.
    public static Context into(Context context, String id) {
        return id.isEmpty() ? context : context.put(NAME, id);
    }

    static String of(ServerWebExchange exchange) {
        return String.valueOf(exchange.getAttributes().get(NAME));
    }

    /// The id of the request whose pipeline this is; empty outside of one.
    public static String of(ContextView context) {
        return String.valueOf(context.<Object>getOrDefault(NAME, ""));
    }
}
