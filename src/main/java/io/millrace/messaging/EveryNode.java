package io.millrace.messaging;

import io.millrace.postgres.Away;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.kafka.receiver.KafkaReceiver;
import reactor.kafka.receiver.ReceiverPartition;
import reactor.kafka.receiver.ReceiverRecord;
import reactor.util.retry.Retry;

/// Hears a whole topic on every node, outside of any group: all that is published from this node's start on, even when
/// the broker was away then. It keeps its own place, so after a lost connection it goes on where it was.
final class EveryNode<F extends Fact> {
    /// A handler that fails this often is left behind by one batch: it serves caches and streams, which resynchronise.
    private static final int TRIES = 5;
    /// Clocks of nodes and brokers differ; hearing a little of the past again is harmless.
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);
    private static final Duration RETRY_FIRST = Duration.ofMillis(200);
    private static final Duration RETRY_MAX = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(EveryNode.class);

    private final Kafka kafka;
    private final Subscription<F> subscription;
    private final Page<F> page;
    private final String module;
    private final long fromMs;
    private final BooleanSupplier stopping;
    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();
    private final Sinks.Empty<Void> stop = Sinks.empty();
    private final Sinks.Empty<Void> ended = Sinks.empty();

    /// `start` is real time, because Kafka's own timestamps are.
    EveryNode(Kafka kafka, Subscription<F> subscription, Instant start, BooleanSupplier stopping) {
        this.kafka = kafka;
        this.subscription = subscription;
        this.page = new Page<>(subscription.page());
        this.module = Fact.module(subscription.page());
        this.fromMs = start.minus(CLOCKS_DIFFER).toEpochMilli();
        this.stopping = stopping;
    }

    void start() {
        Flux.defer(this::polls)
            .takeUntilOther(stop.asMono())
            .concatMap(poll -> poll.collectList().flatMap(this::hear), 1)
            .retryWhen(Retry.backoff(Long.MAX_VALUE, RETRY_FIRST).maxBackoff(RETRY_MAX).transientErrors(true)
                .doBeforeRetry(retry -> LOG.warn("{} listens again after {}", subscription.consumer(),
                    retry.failure().toString())))
            .doFinally(signal -> ended.tryEmitEmpty())
            .subscribe(done -> {}, error -> LOG.error("{} does not listen any more", subscription.consumer(), error));
    }

    private Flux<Flux<ReceiverRecord<String, byte[]>>> polls() {
        return kafka.ensure(module).then(kafka.partitionsOf(module)).flatMapMany(partitions -> KafkaReceiver
            .create(kafka.partitions(partitions).addAssignListener(this::place)).receiveBatch());
    }

    /// The end is read before the place of the start's time is looked for: a fact published between the two must not
    /// fall behind "the end" that an empty search leaves us at.
    private void place(Collection<ReceiverPartition> partitions) {
        for (ReceiverPartition partition : partitions) {
            Long known = next.get(partition.topicPartition());
            if (known == null) {
                Long end = partition.endOffset();
                partition.seekToTimestamp(fromMs);
                long found = partition.position();
                known = end == null ? found : Math.min(found, end);
                next.put(partition.topicPartition(), known);
            }
            partition.seek(known);
        }
    }

    private Mono<Void> hear(List<ReceiverRecord<String, byte[]>> poll) {
        List<F> facts = new ArrayList<>();
        for (ReceiverRecord<String, byte[]> record : poll)
            switch (page.read(Arrived.of(record))) {
            case Page.Reading.Read<F>(var fact) -> facts.add(fact);
            case Page.Reading.Unknown<F>() -> {}
            case Page.Reading.Unreadable<F>(var why) -> LOG.error("{} skips {}/{}: {}", subscription.consumer(),
                record.partition(), record.offset(), why);
            }
        Mono<Void> heard = facts.isEmpty() ? Mono.empty() : handle(List.copyOf(facts));
        return heard.doOnSuccess(done -> poll
            .forEach(record -> next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1)));
    }

    private Mono<Void> handle(List<F> facts) {
        return Mono.defer(() -> subscription.handler().apply(facts))
            .retryWhen(Retry.backoff(TRIES - 1L, RETRY_FIRST).maxBackoff(RETRY_MAX)
                .filter(error -> !Away.is(error)).onRetryExhaustedThrow((spec, signal) -> signal.failure()))
            .retryWhen(Away.waitOut(stopping))
            .onErrorResume(error -> {
                LOG.error("{} could not take {} facts in", subscription.consumer(), facts.size(), error);
                return Mono.empty();
            });
    }

    Mono<Void> stop() {
        stop.tryEmitEmpty();
        return ended.asMono();
    }
}
