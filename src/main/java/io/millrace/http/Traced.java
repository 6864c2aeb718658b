package io.millrace.http;

import io.millrace.tracing.Span;
import io.millrace.tracing.Spans;
import io.millrace.tracing.Trace;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/// Tells the collector of every request, under the trace that [Front] gave it. Only there when there is a collector.
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class Traced implements WebFilter {
    private static final int FAILED_FROM = 500;

    private final Spans spans;

    Traced(Spans spans) {
        this.spans = spans;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return Mono.deferContextual(context -> Trace.of(context).filter(spans::wants)
            .map(trace -> told(exchange, trace, chain.filter(exchange))).orElseGet(() -> chain.filter(exchange)));
    }

    /// What failed is not answered yet when its pipeline ends here: the status is known when the answer begins.
    private Mono<Void> told(ServerWebExchange exchange, Trace trace, Mono<Void> work) {
        long began = spans.now();
        return work.doFinally(signal -> {
            if (signal == SignalType.ON_ERROR)
                exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> tell(exchange, trace, began)));
            else
                tell(exchange, trace, began);
        });
    }

    private void tell(ServerWebExchange exchange, Trace trace, long began) {
        String method = exchange.getRequest().getMethod().name();
        Object route = exchange.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("http.request.method", method);
        facts.put("http.route", route == null ? "" : route.toString());
        facts.put("http.response.status_code", Integer.toString(status == null ? 200 : status.value()));
        facts.put("millrace.request_id", RequestId.of(exchange));
        spans.tell(new Span(trace, Span.Kind.SERVER, route == null ? method : method + " " + route, began, spans.now(),
            facts, status != null && status.value() >= FAILED_FROM));
    }
}
