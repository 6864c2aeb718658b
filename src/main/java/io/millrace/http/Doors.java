package io.millrace.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.codec.HttpMessageReader;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Leads a request straight to its row. Spring would ask the tables one after the other through a chain of publishers,
/// a few dozen operators for every request; this is one look into the index. What it does not know (pages, metrics)
/// goes on to Spring's own mappings.
final class Doors implements HandlerMapping, Ordered {
    private static final String FOUND = Doors.class.getName();

    private final Api api;
    private final List<HttpMessageReader<?>> readers;

    Doors(Api api, ServerCodecConfigurer codecs) {
        this.api = api;
        this.readers = codecs.getReaders();
    }

    @Override public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    /// The row's place; whoever asks second is told what the first one found.
    static Table.@Nullable Found find(ServerWebExchange exchange, Api api, PathContainer path) {
        if (exchange.getAttributes().get(FOUND) instanceof Looked looked && looked.path.equals(path.value()))
            return looked.found;
        Table.Found found = api.find(path.value(), path);
        exchange.getAttributes().put(FOUND, new Looked(path.value(), found));
        return found;
    }

    private record Looked(String path, Table.@Nullable Found found) {}

    @Override public Mono<Object> getHandler(ServerWebExchange exchange) {
        var path = exchange.getRequest().getPath().pathWithinApplication();
        Table.Found found = find(exchange, api, path);
        if (found == null) return Mono.empty();
        var attributes = exchange.getAttributes();
        attributes.put(RouterFunctions.REQUEST_ATTRIBUTE, ServerRequest.create(exchange, readers));
        attributes.put(RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE, found.variables());
        attributes.put(BEST_MATCHING_PATTERN_ATTRIBUTE, found.place().pattern);
        ServerRequestObservationContext.findCurrent(attributes)
            .ifPresent(seen -> seen.setPathPattern(found.place().pattern.getPatternString()));
        return Mono.just(api.handler(exchange.getRequest().getMethod(), found.place()));
    }
}
