package io.millrace.tracing;

import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Tells the steps of traces to a collector. Without one (`millrace.tracing.endpoint`) it is [#OFF]: pipelines are
/// handed back as they came, so that nobody pays for what nobody reads.
public final class Spans {
    public static final Spans OFF = new Spans(null, 0);
    /// The last 56 bits of a trace's id are random; those below the share are told, the same ones on every node.
    private static final double IDS = 0x1p56;
    private static final int RANDOM_AT = 18;

    private final @Nullable Collector collector;
    private final double share;
    private final long sinceNs = Clock.systemUTC().millis() * 1_000_000 - System.nanoTime();

    Spans(@Nullable Collector collector, double share) {
        this.collector = collector;
        this.share = share;
    }

    public boolean isOn() {
        return collector != null;
    }

    /// Whether this trace is told at all.
    public boolean wants(Trace trace) {
        return isOn() && trace.sampled() && Long.parseLong(trace.traceId().substring(RANDOM_AT), 16) < share * IDS;
    }

    /// Nanoseconds since 1970, as spans are told in.
    public long now() {
        return sinceNs + System.nanoTime();
    }

    /// The work as a further step of the trace that its pipeline belongs to.
    public <T> Flux<T> step(Span.Kind kind, String name, Map<String, String> facts, Flux<T> work) {
        if (!isOn()) return work;
        return Flux.deferContextual(context -> Trace.of(context).filter(this::wants)
            .map(trace -> told(trace.child(), kind, name, facts, work)).orElse(work));
    }

    /// The work as the very step that its pipeline's trace stands for.
    public <T> Mono<T> own(Span.Kind kind, String name, Map<String, String> facts, Mono<T> work) {
        if (!isOn()) return work;
        return Mono.deferContextual(context -> Trace.of(context).filter(this::wants)
            .map(trace -> told(trace, kind, name, facts, work.flux()).singleOrEmpty()).orElse(work));
    }

    private <T> Flux<T> told(Trace trace, Span.Kind kind, String name, Map<String, String> facts, Flux<T> work) {
        long began = now();
        return work.doOnError(error -> tell(new Span(trace, kind, name, began, now(), facts, true)))
            .doOnComplete(() -> tell(new Span(trace, kind, name, began, now(), facts, false)));
    }

    /// A step that is over.
    public void tell(Span span) {
        if (collector != null) collector.take(span);
    }
}
