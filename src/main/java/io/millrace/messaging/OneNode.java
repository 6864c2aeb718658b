package io.millrace.messaging;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.kafka.receiver.KafkaReceiver;
import reactor.kafka.receiver.ReceiverRecord;
import reactor.util.retry.Retry;

/// Hears a topic for one consumer group: partitions side by side, facts of a partition in order, offsets committed
/// after the effect. A fact may come again (a rebalance, a crash); the inbox makes that a no-op.
final class OneNode {
    /// Partitions worked on at the same time by one consumer of one node: each needs a database connection.
    private static final int PARTITIONS_AT_ONCE = 3;
    private static final Duration RETRY_FIRST = Duration.ofMillis(300);
    private static final Duration RETRY_MAX = Duration.ofSeconds(3);
    private static final Logger LOG = LoggerFactory.getLogger(OneNode.class);

    private final Kafka kafka;
    private final Consumer<?> consumer;
    private final String module;
    private final Sinks.Empty<Void> stop = Sinks.empty();
    private final Sinks.Empty<Void> ended = Sinks.empty();

    OneNode(Kafka kafka, Consumer<?> consumer, String module) {
        this.kafka = kafka;
        this.consumer = consumer;
        this.module = module;
    }

    void start() {
        Flux.defer(this::polls)
            .takeUntilOther(stop.asMono())
            .concatMap(poll -> poll.collectList().flatMap(this::hear), 1)
            .retryWhen(Retry.backoff(Long.MAX_VALUE, RETRY_FIRST).maxBackoff(RETRY_MAX).transientErrors(true)
                .doBeforeRetry(retry -> LOG.warn("{} listens again after {}", consumer.name(),
                    retry.failure().toString())))
            .doFinally(signal -> ended.tryEmitEmpty())
            .subscribe(done -> {}, error -> LOG.error("{} does not listen any more", consumer.name(), error));
    }

    private Flux<Flux<ReceiverRecord<String, byte[]>>> polls() {
        return kafka.ensure(module)
            .thenMany(Flux.defer(() -> KafkaReceiver.create(kafka.group(consumer.name(), module)).receiveBatch()));
    }

    private Mono<Void> hear(List<ReceiverRecord<String, byte[]>> poll) {
        Map<Integer, List<ReceiverRecord<String, byte[]>>> partitions = new LinkedHashMap<>();
        poll.forEach(record -> partitions.computeIfAbsent(record.partition(), p -> new java.util.ArrayList<>())
            .add(record));
        return Flux.fromIterable(partitions.values()).flatMap(this::partition, PARTITIONS_AT_ONCE).then();
    }

    private Mono<Void> partition(List<ReceiverRecord<String, byte[]>> records) {
        return Flux.fromIterable(records).buffer(Consumer.AT_ONCE)
            .concatMap(some -> consumer.hear(some.stream().map(Arrived::of).toList())
                .doOnSuccess(done -> some.forEach(record -> record.receiverOffset().acknowledge())))
            .then();
    }

    /// Completes when the facts at hand are done; what came after them is heard by another node, or later.
    Mono<Void> stop() {
        stop.tryEmitEmpty();
        return ended.asMono();
    }
}
