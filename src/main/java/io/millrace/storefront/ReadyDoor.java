package io.millrace.storefront;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Hands out ready bytes before anything is parsed or routed: the last filter, so that limits, identity and headers of
/// the front have had their say. Everything else goes on to the routes.
@Order(Ordered.LOWEST_PRECEDENCE - 10)
final class ReadyDoor implements WebFilter {
    /// Shared caches may keep these answers but ask each time; that is a 304 without a body.
    static final String CACHE_CONTROL = "public, max-age=0, must-revalidate";
    static final String VARY = "X-Channel, X-Publishable-Key, Accept, Accept-Encoding";
    private static final String JSON = "application/json";
    private static final String PRODUCTS = "/api/v1/products";
    private static final String CATEGORIES = "/api/v1/categories";
    private static final int TAGS_CHARS_MAX = 4_096;

    private final ReadyPages pages;
    private final Channels channels;

    ReadyDoor(ReadyPages pages, Channels channels) {
        this.pages = pages;
        this.channels = channels;
    }

    @Override public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        if (!HttpMethod.GET.equals(request.getMethod())) return chain.filter(exchange);
        String path = request.getPath().value();
        if (!path.startsWith(PRODUCTS) && !path.startsWith(CATEGORIES)) return chain.filter(exchange);
        Ready ready = ready(exchange);
        return ready == null ? chain.filter(exchange) : write(exchange, ready);
    }

    private @Nullable Ready ready(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        String accept = request.getHeaders().getFirst(HttpHeaders.ACCEPT);
        if (accept != null && (accept.contains("ndjson") || accept.contains("event-stream"))) return null;
        try {
            return pages.line(line(channels.of(exchange), request));
        } catch (ProblemException unknownChannel) {
            return null;
        }
    }

    /// The request's words as they came: the channel, the path, the query. Never the host.
    static String line(Channel channel, ServerHttpRequest request) {
        String query = request.getURI().getRawQuery();
        String path = request.getPath().value();
        return query == null ? channel.code() + path : channel.code() + path + "?" + query;
    }

    private static Mono<Void> write(ServerWebExchange exchange, Ready ready) {
        ServerHttpResponse response = exchange.getResponse();
        HttpHeaders headers = response.getHeaders();
        headers.set(HttpHeaders.ETAG, ready.etag());
        headers.set(HttpHeaders.CACHE_CONTROL, CACHE_CONTROL);
        headers.add(HttpHeaders.VARY, VARY);
        if (isCurrent(exchange.getRequest().getHeaders().getFirst(HttpHeaders.IF_NONE_MATCH), ready.etag())) {
            response.setStatusCode(HttpStatus.NOT_MODIFIED);
            return response.setComplete();
        }
        response.setStatusCode(HttpStatus.OK);
        headers.set(HttpHeaders.CONTENT_TYPE, JSON);
        headers.setContentLength(ready.bytes().length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(ready.bytes())));
    }

    /// The same answer for a request that came through the routes.
    static Reply reply(ServerRequest request, Ready ready, String what) {
        if (ready.status() == 404) return Problem.notFound(what).reply();
        Map<String, String> headers = Map.of("ETag", ready.etag(), "Cache-Control", CACHE_CONTROL, "Vary", VARY);
        boolean current = isCurrent(request.headers().firstHeader("If-None-Match"), ready.etag());
        return current ? new Reply(304, headers, new Reply.Body.None())
            : new Reply(200, headers, new Reply.Body.Bytes(ready.bytes(), JSON));
    }

    /// Whether one of the tags is this one, weak or strong alike.
    static boolean isCurrent(@Nullable String tags, String etag) {
        if (tags == null || tags.length() > TAGS_CHARS_MAX) return false;
        return tags.equals(etag) || tags.equals("*") || tags.contains(etag);
    }
}
