package io.millrace.http;

import io.millrace.money.Money;
import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// Routes that exist in tests only: one of each kind, to see how the table treats them.
@Configuration(proxyBeanMethods = false)
class ProbeRoutes {
    static final String PATH = "/api/v1/probe";
    static final AtomicInteger LINES_MADE = new AtomicInteger();
    static final Map<String, Sinks.Many<Reply.Event>> STREAMS = new ConcurrentHashMap<>();
    static final Map<String, Sinks.One<String>> GATES = new ConcurrentHashMap<>();

    private final Postgres postgres;

    ProbeRoutes(Postgres postgres) {
        this.postgres = postgres;
    }

    record Echo(@Nullable String text, @Nullable Integer count, @Nullable Money price, @Nullable Double latitude,
        @Nullable Boolean flag, @Nullable List<Integer> items, @Nullable Map<String, Object> attributes) {}

    record Effect(String name, @Nullable String gate, @Nullable Boolean refuse) {}

    @Bean RouterFunction<ServerResponse> probeApi(Api api) {
        return api.table("/probe", rows -> {
            rows.GET("", Access.anyone(), request -> Reply.ok(Map.of("hello", "world")));
            rows.GET("/items/{id}", Access.anyone(), request -> Reply.ok(Map.of("id", request.pathVariable("id"))));
            rows.GET("/items/first", Access.anyone(), request -> Reply.ok(Map.of("id", "the first")));
            rows.GET("/admin", Access.needs("probe:write"), request -> Reply.ok(Map.of()));
            rows.GET("/mine", Access.signedIn(), request -> Reply.ok(Map.of()));
            rows.POST("/danger", Access.signedIn(), request -> Reply.ok(Map.of())).freshly();
            rows.GET("/versioned", Access.anyone(), this::versioned);
            rows.PUT("/versioned", Access.anyone(), this::change);
            rows.GET("/pages", Access.anyone(), this::pages);
            rows.GET("/lines/{count}", Access.anyone(), this::lines);
            rows.GET("/events/{name}", Access.anyone(), this::events);
            rows.GET("/broken", Access.anyone(), request -> {
                throw new IllegalStateException("select secret from identity.accounts\nWARN forged line");
            });
            rows.GET("/silent", Access.anyone(), request -> Mono.empty());
            rows.GET("/text", Access.anyone(), request -> Reply.bytes("hello".getBytes(), "text/plain"))
                .produces("text/plain");
            rows.POST("/echo", Access.anyone(), request -> Reply.ok(Api.body(request, Echo.class)));
            rows.POST("/effects", Access.anyone(), this::effect);
            rows.POST("/other-effects", Access.anyone(), this::effect);
            rows.POST("/uploads", Access.anyone(), this::upload).readsStream();
        });
    }

    private Mono<Reply> versioned(ServerRequest request) {
        String etag = Versioned.etag(7);
        return Versioned.isCurrent(request, etag) ? Reply.notModified(etag)
            : Reply.ok(Map.of("version", 7)).map(reply -> reply.header("ETag", etag));
    }

    private Mono<Reply> change(ServerRequest request) {
        long expected = Versioned.expected(request).orElse(7);
        return expected == 7 ? Reply.ok(Map.of("version", 8)) : Reply.refuse(Problem.stale());
    }

    private Mono<Reply> pages(ServerRequest request) {
        Paging paging = Paging.of(request);
        return paging.reply(request, List.of(paging.offset()), paging.cursor().isPresent()
            ? paging.piece(Paging.cursor("k", 1)) : paging.totals(45, Paging.cursor("k", 1)));
    }

    private Mono<Reply> lines(ServerRequest request) {
        LINES_MADE.set(0);
        String filler = "x".repeat(1_000);
        return Reply.lines(Flux.range(0, Integer.parseInt(request.pathVariable("count")))
            .map(i -> Map.of("i", LINES_MADE.getAndIncrement(), "filler", filler)));
    }

    private Mono<Reply> events(ServerRequest request) {
        return Reply.events(stream(request.pathVariable("name")).asFlux());
    }

    static Sinks.Many<Reply.Event> stream(String name) {
        return STREAMS.computeIfAbsent(name, n -> Sinks.many().multicast().onBackpressureBuffer(256, false));
    }

    static Sinks.One<String> gate(String name) {
        return GATES.computeIfAbsent(name, n -> Sinks.one());
    }

    /// Writes a row, waits at a gate when told to, refuses when told to.
    private Mono<Reply> effect(ServerRequest request) {
        Effect effect = Api.body(request, Effect.class);
        Mono<String> gate = effect.gate() == null ? Mono.just("") : gate(effect.gate()).asMono();
        return postgres.update("insert into public.probe_effects (name) values (:name)", Map.of("name", effect.name()))
            .then(gate.timeout(Duration.ofSeconds(20)))
            .then(Mono.defer(() -> Boolean.TRUE.equals(effect.refuse())
                ? Reply.refuse(Problem.conflict("not_today", "Not today"))
                : Reply.created("/effects/" + effect.name(),
                    Map.of("name", effect.name(), "nano", System.nanoTime()))));
    }

    private Mono<Reply> upload(ServerRequest request) {
        return request.exchange().getRequest().getBody().map(buffer -> {
            int bytes = buffer.readableByteCount();
            org.springframework.core.io.buffer.DataBufferUtils.release(buffer);
            return (long) bytes;
        }).reduce(0L, Long::sum).flatMap(bytes -> Reply.ok(Map.of("bytes", bytes)));
    }
}
