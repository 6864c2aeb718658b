package io.millrace.messaging;

import io.millrace.tracing.Span;
import io.millrace.tracing.Spans;
import io.millrace.tracing.Trace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.kafka.sender.KafkaSender;
import reactor.kafka.sender.SenderOptions;
import reactor.kafka.sender.SenderRecord;
import reactor.kafka.sender.internals.ProducerFactory;

/// Carries batches of facts to Kafka: a batch is one Kafka transaction, so its readers see all of it in order or
/// nothing, and a batch that failed half way is sent again without mixing up an aggregate's story.
///
/// Opening it fences off whoever had it before (same transactional id): a leader that was replaced while it slept
/// cannot publish any more, whatever it believes.
final class Postman {
    /// A batch that took longer is given up; whether it arrived is then found out by opening again.
    private static final Duration BATCH_MAX = Duration.ofSeconds(12);

    private final Kafka kafka;
    private final Spans spans;
    private volatile @Nullable Opened opened;

    Postman(Kafka kafka, Spans spans) {
        this.kafka = kafka;
        this.spans = spans;
    }

    private record Opened(KafkaSender<String, byte[]> sender, Producers producers) {}

    /// Remembers its producer: the library forgets to close one whose first call failed.
    private static final class Producers extends ProducerFactory {
        private volatile @Nullable Producer<?, ?> made;

        @Override public <K, V> Producer<K, V> createProducer(SenderOptions<K, V> options) {
            Producer<K, V> producer = super.createProducer(options);
            made = producer;
            return producer;
        }
    }

    boolean isOpen() {
        return opened != null;
    }

    /// Takes over: returns when no other postman's batch can appear any more.
    Mono<Void> open() {
        if (opened != null) return Mono.empty();
        Producers producers = new Producers();
        Opened fresh = new Opened(KafkaSender.create(producers, kafka.sender()), producers);
        return fresh.sender().doOnProducer(producer -> true).timeout(BATCH_MAX)
            .doOnNext(ready -> opened = fresh)
            .onErrorResume(error -> close(fresh).then(Mono.error(error)))
            .then();
    }

    /// Publishes all in this order, or fails; after a failure it must be opened again.
    Mono<Void> publish(List<Pending> facts) {
        return Mono.defer(() -> {
            Opened now = opened;
            if (now == null) return Mono.error(new IllegalStateException("not open"));
            var transactions = now.sender().transactionManager();
            long began = spans.now();
            return Flux.fromStream(facts.stream().map(Pending::module).distinct()).concatMap(kafka::ensure)
                .then(transactions.begin())
                .thenMany(now.sender().send(Flux.fromIterable(facts).map(this::record)))
                .doOnNext(Postman::mustBeSent)
                .then(transactions.commit())
                .doOnSuccess(sent -> tell(facts, began))
                .then();
        }).timeout(BATCH_MAX);
    }

    /// The step of each fact's own trace; facts of work that nobody asked for belong to none.
    private void tell(List<Pending> facts, long began) {
        if (spans.isOn())
            for (Pending fact : facts)
                Trace.parse(fact.traceparent()).map(Trace::child).filter(spans::wants).ifPresent(trace -> spans.tell(
                    new Span(trace, Span.Kind.PRODUCER, "publish " + fact.type(), began, spans.now(), Map.of(
                        "messaging.system", "kafka", "messaging.destination.name", kafka.topic(fact.module())),
                        false)));
    }

    private static void mustBeSent(reactor.kafka.sender.SenderResult<?> result) {
        Exception failure = result.exception();
        if (failure != null) throw new IllegalStateException("not acknowledged", failure);
    }

    Mono<Void> close() {
        Opened now = opened;
        opened = null;
        return now == null ? Mono.empty() : close(now);
    }

    private static Mono<Void> close(Opened old) {
        return Mono.<Void>fromRunnable(() -> {
            Producer<?, ?> producer = old.producers().made;
            if (producer != null) producer.close(Duration.ZERO);
            old.sender().close();
        }).subscribeOn(Schedulers.boundedElastic()).onErrorResume(error -> Mono.empty());
    }

    private SenderRecord<String, byte[], Long> record(Pending fact) {
        ProducerRecord<String, byte[]> record =
            new ProducerRecord<>(kafka.topic(fact.module()), fact.aggregate(), fact.payload());
        Headers headers = record.headers();
        header(headers, Arrived.ID, fact.id().toString());
        header(headers, Arrived.TYPE, fact.type());
        header(headers, Arrived.VERSION, Long.toString(fact.version()));
        header(headers, Arrived.POSITION, Long.toString(fact.position()));
        if (!fact.requestId().isEmpty()) header(headers, Arrived.REQUEST, fact.requestId());
        if (!fact.traceparent().isEmpty()) header(headers, Arrived.TRACE, fact.traceparent());
        return SenderRecord.create(record, fact.position());
    }

    private static void header(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
