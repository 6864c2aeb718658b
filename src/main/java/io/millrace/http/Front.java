package io.millrace.http;

import io.millrace.tracing.Trace;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// The first filter of every request: whose it is, its correlation, the headers that every answer carries, only plain
/// paths and our own names go on, and `/api/...` without a version is version 1 (some storefronts call it so).
@Order(Ordered.HIGHEST_PRECEDENCE)
final class Front implements WebFilter {
    /// An API answer is never a page: nothing in it may run or be framed.
    private static final String API_POLICY = "default-src 'none'; frame-ancestors 'none'";
    /// Our own pages bring their scripts as files; pictures of goods may come from anywhere.
    private static final String PAGE_POLICY = "default-src 'self'; img-src 'self' data: https:; "
        + "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
    private static final Map<String, String> ALWAYS = Map.of("X-Content-Type-Options", "nosniff",
        "Referrer-Policy", "no-referrer", "X-Frame-Options", "DENY", "Cross-Origin-Resource-Policy", "cross-origin",
        "Cross-Origin-Opener-Policy", "same-origin",
        "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    /// A year, as the lists that browsers ship ask for; only said where the client came by TLS.
    private static final String HSTS = "max-age=31536000; includeSubDomains";
    private static final String FORWARDED_HOST = "X-Forwarded-Host";
    private static final String FORWARDED_PROTO = "X-Forwarded-Proto";

    private final Proxies proxies;
    private final Hosts hosts;
    private final Supplier<@Nullable Refusals> refusals;

    Front(Proxies proxies, Hosts hosts, Supplier<@Nullable Refusals> refusals) {
        this.proxies = proxies;
        this.hosts = hosts;
        this.refusals = refusals;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().value();
        boolean api = path.startsWith("/api/");
        boolean proxied = proxies.trusts(request.getRemoteAddress());
        Trace trace = Trace.continued(request.getHeaders().getFirst(Trace.HEADER));
        String id = RequestId.of(request.getHeaders().getFirst(RequestId.HEADER), trace);
        RequestId.remember(exchange, id, trace);
        Refusals listener = refusals.get();
        if (listener != null) exchange.getAttributes().put(Refusals.ATTRIBUTE, listener);
        (proxied ? proxies.client(request.getRemoteAddress(), request.getHeaders())
            : ClientAddress.of(request.getRemoteAddress())).remember(exchange);
        HttpHeaders headers = exchange.getResponse().getHeaders();
        ALWAYS.forEach(headers::set);
        headers.set("Content-Security-Policy", api ? API_POLICY : PAGE_POLICY);
        // What may be kept says so itself: an answer for one person must never reach another through a cache.
        if (api) headers.setCacheControl("no-store");
        if (isSecure(request, proxied)) headers.set("Strict-Transport-Security", HSTS);
        headers.set(RequestId.HEADER, id);
        headers.set(Trace.HEADER, trace.header());
        if (!isPlain(path)) return refuse(exchange, Problem.malformed("The path is not in its plain form"));
        String host = host(request, proxied);
        switch (hosts.of(host)) {
            case MALFORMED -> {
                return refuse(exchange, Problem.malformed("The Host header is not the name of a host"));
            }
            case ANOTHERS -> {
                return refuse(exchange, Problem.of(421, "unknown_host", "This shop is not known by that name"));
            }
            case OURS -> {
                // goes on
            }
        }
        return chain.filter(inward(exchange, api && !isVersioned(path) ? versioned(path) : path, host))
            .contextWrite(context -> trace.into(RequestId.into(context, id)));
    }

    /// The host that the client asked for: a trusted proxy's word, else what the request says.
    private static @Nullable String host(ServerHttpRequest request, boolean proxied) {
        String forwarded = proxied ? request.getHeaders().getFirst(FORWARDED_HOST) : null;
        if (forwarded == null) return request.getHeaders().getFirst(HttpHeaders.HOST);
        return forwarded.substring(forwarded.lastIndexOf(',') + 1).strip();
    }

    private static boolean isSecure(ServerHttpRequest request, boolean proxied) {
        return request.getSslInfo() != null
            || proxied && "https".equalsIgnoreCase(request.getHeaders().getFirst(FORWARDED_PROTO));
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

    private static String versioned(String path) {
        return Api.BASE + path.substring("/api".length());
    }

    /// The request as the rooms see it: the versioned path, the host that was asked for.
    private static ServerWebExchange inward(ServerWebExchange exchange, String path, @Nullable String host) {
        ServerHttpRequest request = exchange.getRequest();
        boolean samePath = path.equals(request.getPath().value());
        String changed = host == null || host.equals(request.getHeaders().getFirst(HttpHeaders.HOST)) ? null : host;
        if (samePath && changed == null) return exchange;
        return exchange.mutate().request(inward -> {
            if (!samePath) inward.path(path);
            if (changed != null) inward.header(HttpHeaders.HOST, changed);
        }).build();
    }

    private static Mono<Void> refuse(ServerWebExchange exchange, Problem problem) {
        exchange.getResponse().setRawStatusCode(problem.status());
        return Answer.failure(exchange, problem);
    }
}
