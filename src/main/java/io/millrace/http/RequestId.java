package io.millrace.http;

import io.millrace.tracing.Trace;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/// The id of the request that is being served: `X-Request-Id` when it is sane, else the id of its trace. It is in the
/// answer, the logs, the errors and the facts, and travels in the Reactor context, never in a thread.
public final class RequestId {
    static final String HEADER = "X-Request-Id";
    private static final String NAME = RequestId.class.getName();
    private static final String TRACE = NAME + ".trace";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    static String of(@Nullable String given, Trace trace) {
        return given != null && SANE.matcher(given).matches() ? given : trace.traceId();
    }

    static void remember(ServerWebExchange exchange, String id, Trace trace) {
        exchange.getAttributes().put(NAME, id);
        if (!id.equals(trace.traceId())) exchange.getAttributes().put(TRACE, trace.traceId());
    }

    /// For the log: the id, and the trace where that is another.
    static String log(ServerWebExchange exchange) {
        Object trace = exchange.getAttributes().get(TRACE);
        return trace == null ? of(exchange) : of(exchange) + " of trace " + trace;
    }

    /// For work that a request caused after it was answered.
    public static Context into(Context context, String id) {
        return id.isEmpty() ? context : context.put(NAME, id);
    }

    static String of(ServerWebExchange exchange) {
        return exchange.getAttributes().get(NAME) instanceof String id ? id : "";
    }

    /// The id of this request.
    public static String of(ServerRequest request) {
        return of(request.exchange());
    }

    /// The id of the request whose pipeline this is; empty outside of one.
    public static String of(ContextView context) {
        return String.valueOf(context.<Object>getOrDefault(NAME, ""));
    }
}
