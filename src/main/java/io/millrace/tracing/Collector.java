package io.millrace.tracing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// Carries spans to an OpenTelemetry collector (OTLP over HTTP, as JSON): a batch each second, and what does not fit
/// or does not arrive is dropped and counted (`millrace.tracing.spans`). The shop never waits for it.
final class Collector implements SmartLifecycle {
    /// Spans that wait; at 50 statements an order that is 160 orders at once.
    static final int WAITING_MAX = 8_192;
    private static final int BATCH_MAX = 1_024;
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private final BlockingQueue<Span> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
    private final WebClient client = WebClient.create();
    private final URI endpoint;
    private final Counter sent;
    private final Counter dropped;
    private volatile @Nullable Disposable rounds;
    private volatile boolean silent;

    Collector(URI endpoint, MeterRegistry meters) {
        this.endpoint = endpoint;
        this.sent = meters.counter("millrace.tracing.spans", "outcome", "sent");
        this.dropped = meters.counter("millrace.tracing.spans", "outcome", "dropped");
    }

    void take(Span span) {
        if (!waiting.offer(span)) dropped.increment();
    }

    /// All that waits, a batch after the other.
    Mono<Void> send() {
        return Mono.defer(() -> {
            List<Span> batch = new ArrayList<>();
            waiting.drainTo(batch, BATCH_MAX);
            return batch.isEmpty() ? Mono.<Integer>empty() : send(batch).thenReturn(batch.size());
        }).repeat(() -> !waiting.isEmpty()).then();
    }

    private Mono<Void> send(List<Span> batch) {
        return client.post().uri(endpoint).contentType(MediaType.APPLICATION_JSON).bodyValue(bytes(batch))
            .retrieve().toBodilessEntity().timeout(TIMEOUT)
            .doOnNext(taken -> heard(batch.size()))
            .onErrorResume(error -> {
                dropped.increment(batch.size());
                if (!silent)
                    LOG.warn("the collector of traces at {} does not take them: {}", endpoint,
                        error.toString());
                silent = true;
                return Mono.empty();
            }).then();
    }

    private void heard(int spans) {
        sent.increment(spans);
        silent = false;
    }

    static byte[] bytes(List<Span> batch) {
        return JSON.writeValueAsBytes(Map.of("resourceSpans", List.of(Map.of(
            "resource", Map.of("attributes", facts(Map.of("service.name", "millrace"))),
            "scopeSpans", List.of(Map.of("scope", Map.of("name", "io.millrace"),
                "spans", batch.stream().map(Collector::wire).toList()))))));
    }

    private static Map<String, Object> wire(Span span) {
        Trace trace = span.trace();
        return Map.of("traceId", trace.traceId(), "spanId", trace.spanId(), "parentSpanId", trace.parentId(),
            "name", span.name(), "kind", span.kind().number, "startTimeUnixNano", Long.toString(span.beganNs()),
            "endTimeUnixNano", Long.toString(span.endedNs()), "attributes", facts(span.facts()),
            "status", span.failed() ? Map.of("code", 2) : Map.of());
    }

    private static List<Object> facts(Map<String, String> facts) {
        List<Object> all = new ArrayList<>();
        facts.forEach((name, value) -> all.add(Map.of("key", name, "value", Map.of("stringValue", value))));
        return all;
    }

    @Override public void start() {
        rounds = Flux.interval(EVERY).onBackpressureDrop().concatMap(tick -> send(), 1).subscribe();
    }

    @Override public void stop() {
        stop(() -> {});
    }

    @Override public void stop(Runnable stopped) {
        Disposable running = rounds;
        if (running != null) running.dispose();
        rounds = null;
        send().doFinally(signal -> stopped.run()).subscribe();
    }

    @Override public boolean isRunning() {
        return rounds != null;
    }
}
