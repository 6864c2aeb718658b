package io.millrace.http;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// The first filter of every request: its correlation, the headers that every answer carries, only plain paths go on,
/// and `/api/...` without a version is version 1 (some storefronts call it so).
@Order(Ordered.HIGHEST_PRECEDENCE)
final class Front implements WebFilter {
    /// An API answer is never a page: nothing in it may run or be framed.
    private static final String API_POLICY = "default-src 'none'; frame-ancestors 'none'";
    /// Our own pages bring their scripts as files; pictures of goods may come from anywhere.
    private static final String PAGE_POLICY = "default-src 'self'; img-src 'self' data: https:; "
        + "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
    private static final Map<String, String> ALWAYS = Map.of("X-Content-Type-Options", "nosniff",
        "Referrer-Policy", "no-referrer", "X-Frame-Options", "DENY", "Cross-Origin-Resource-Policy", "cross-origin");

    private final Supplier<@Nullable Refusals> refusals;

    Front(Supplier<@Nullable Refusals> refusals) {
        this.refusals = refusals;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().value();
        boolean api = path.startsWith("/api/");
        Trace trace = Trace.continued(request.getHeaders().getFirst(Trace.HEADER));
        String id = RequestId.of(request.getHeaders().getFirst(RequestId.HEADER), trace);
        RequestId.remember(exchange, id, trace);
        Refusals listener = refusals.get();
        if (listener != null) exchange.getAttributes().put(Refusals.ATTRIBUTE, listener);
        HttpHeaders headers = exchange.getResponse().getHeaders();
        ALWAYS.forEach(headers::set);
        headers.set("Content-Security-Policy", api ? API_POLICY : PAGE_POLICY);
        headers.set(RequestId.HEADER, id);
        headers.set(Trace.HEADER, trace.header());
        if (!isPlain(path)) return refuse(exchange);
        Mono<Void> work = chain.filter(api && !isVersioned(path) ? versioned(exchange, path) : exchange);
        return work.contextWrite(context -> trace.into(RequestId.into(context, id)));
    }

    /// One resource has one path: no parameters, dots or empty segments, nothing encoded that routing gives a meaning.
    static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == ';' || c == '\\' || c < ' ') return false;
            if (c == '/' && i + 1 < path.length() && (path.charAt(i + 1) == '/' || isDots(path, i + 1))) return false;
            if (c == '%' && !isHarmless(path, i)) return false;
        }
        return true;
    }

    private static boolean isDots(String path, int from) {
        int end = path.indexOf('/', from);
        String segment = path.substring(from, end < 0 ? path.length() : end);
        return segment.equals(".") || segment.equals("..");
    }

    /// Encoded controls, `%`, `.`, `/`, `;` and `\` have no honest use in our paths.
    private static boolean isHarmless(String path, int percent) {
        if (percent + 2 >= path.length()) return false;
        int high = Character.digit(path.charAt(percent + 1), 16);
        int low = Character.digit(path.charAt(percent + 2), 16);
        int value = high * 16 + low;
        return high >= 0 && low >= 0 && value >= ' ' && value != 0x7f && "%./;\\".indexOf(value) < 0;
    }

    private static boolean isVersioned(String path) {
        return path.startsWith(Api.BASE + "/") || path.equals(Api.BASE);
    }

    private static ServerWebExchange versioned(ServerWebExchange exchange, String path) {
        return exchange.mutate().request(request -> request.path(Api.BASE + path.substring("/api".length()))).build();
    }

    private static Mono<Void> refuse(ServerWebExchange exchange) {
        exchange.getResponse().setStatusCode(HttpStatus.BAD_REQUEST);
        return Answer.failure(exchange, Problem.malformed("The path is not in its plain form"));
    }
}
