package io.millrace.messaging;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.jobs.Jobs;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.millrace.tracing.Spans;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// All subscriptions of this node: started before the web server accepts, stopped after it has drained.
final class Subscriptions implements SmartLifecycle {
    private static final int LETTERS_AT_ONCE = 100;

    private final ObjectProvider<Subscription<?>> wishes;
    private final Kafka kafka;
    private final Postgres postgres;
    private final Inbox inbox;
    private final DeadLetters letters;
    private final Spans spans;
    private final MeterRegistry meters;
    private final Map<String, Consumer<?>> consumers = new LinkedHashMap<>();
    private final List<OneNode> oneNode = new ArrayList<>();
    private final List<EveryNode<?>> everyNode = new ArrayList<>();
    private volatile boolean running;

    Subscriptions(ObjectProvider<Subscription<?>> wishes, Kafka kafka, Postgres postgres, Inbox inbox,
        DeadLetters letters, Spans spans, MeterRegistry meters) {
        this.wishes = wishes;
        this.kafka = kafka;
        this.postgres = postgres;
        this.inbox = inbox;
        this.letters = letters;
        this.spans = spans;
        this.meters = meters;
    }

    Optional<Consumer<?>> consumer(String name) {
        return Optional.ofNullable(consumers.get(name));
    }

    /// Goes on with facts whose parked predecessor was replayed or discarded.
    Mono<Void> release() {
        return replay(letters.heads("", true, LETTERS_AT_ONCE), letter -> Write.of()).then();
    }

    /// Replays all that may be replayed of one consumer; answers how many were taken in, followers not counted. What
    /// `along` says is written with each.
    Mono<Long> replayAll(String consumer, Function<DeadLetters.Letter, Write> along) {
        return replay(letters.heads(consumer, false, LETTERS_AT_ONCE), along)
            .filter(outcome -> outcome == Consumer.Replayed.DONE).count();
    }

    private Flux<Consumer.Replayed> replay(Flux<DeadLetters.Letter> heads,
        Function<DeadLetters.Letter, Write> along) {
        return heads.collectList().flatMapMany(Flux::fromIterable)
            .concatMap(letter -> Mono.justOrEmpty(consumer(letter.consumer()))
                .flatMap(consumer -> consumer.replay(letter, along.apply(letter))));
    }

    @Override public void start() {
        running = true;
        Instant now = Instant.ofEpochMilli(java.time.Clock.systemUTC().millis());
        wishes.orderedStream().forEach(wish -> begin(wish, now));
    }

    private <F extends Fact> void begin(Subscription<F> wish, Instant now) {
        switch (wish.reach()) {
            case ONE_NODE -> {
                Consumer<F> consumer = new Consumer<>(wish, postgres, inbox, letters, spans, () -> !running,
                    meters);
                if (consumers.put(consumer.name(), consumer) != null)
                    throw new IllegalStateException("two subscriptions are called " + consumer.name());
                OneNode node = new OneNode(kafka, consumer, Fact.module(wish.page()));
                oneNode.add(node);
                node.start();
            }
            case EVERY_NODE -> {
                EveryNode<F> node = new EveryNode<>(kafka, wish, now, () -> !running);
                everyNode.add(node);
                node.start();
            }
        }
    }

    @Override public void stop() {
        stop(() -> {});
    }

    @Override public void stop(Runnable stopped) {
        running = false;
        List<Mono<Void>> ends = new ArrayList<>(oneNode.stream().map(OneNode::stop).toList());
        everyNode.forEach(node -> ends.add(node.stop()));
        oneNode.clear();
        everyNode.clear();
        consumers.clear();
        Mono.whenDelayError(ends).timeout(Jobs.STOP_MAX, Mono.empty()).onErrorResume(error -> Mono.empty())
            .doFinally(signal -> stopped.run()).subscribe();
    }

    @Override public boolean isRunning() {
        return running;
    }

    @Override public int getPhase() {
        return Jobs.PHASE;
    }
}
