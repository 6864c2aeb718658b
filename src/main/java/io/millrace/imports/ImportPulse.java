package io.millrace.imports;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// Tells the streams of this node that an import went on; they read what is new themselves, so a lost beat costs
/// nothing but time until the next.
final class ImportPulse {
    private final Sinks.Many<String> beats = Sinks.many().multicast().directBestEffort();

    Mono<Void> beat(java.util.List<ImportEvent> facts) {
        facts.stream().map(ImportEvent::aggregate).distinct()
            .forEach(aggregate -> beats.emitNext(aggregate, Sinks.EmitFailureHandler.busyLooping(
                java.time.Duration.ofMillis(100))));
        return Mono.empty();
    }

    Flux<String> of(String aggregate) {
        return beats.asFlux().filter(aggregate::equals);
    }
}
