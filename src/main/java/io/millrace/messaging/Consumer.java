package io.millrace.messaging;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.postgres.Away;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.millrace.tracing.Span;
import io.millrace.tracing.Spans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// Takes facts in for one ONE_NODE subscription: several in one transaction with their inbox rows when all goes well,
/// else one by one, and what still fails after [#TRIES] is parked with everything of its aggregate behind it.
final class Consumer<F extends Fact> {
    /// Facts that share one transaction.
    static final int AT_ONCE = 64;
    /// How often a fact is tried by itself before it is parked.
    static final int TRIES = 5;
    private static final Duration RETRY_FIRST = Duration.ofMillis(50);
    private static final Duration RETRY_MAX = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Consumer.class);

    private final Subscription<F> subscription;
    private final Page<F> page;
    private final Postgres postgres;
    private final Inbox inbox;
    private final DeadLetters letters;
    private final Spans spans;
    private final BooleanSupplier stopping;
    private final String name;
    private final Counter taken;
    private final Counter parked;

    Consumer(Subscription<F> subscription, Postgres postgres, Inbox inbox, DeadLetters letters, Spans spans,
        BooleanSupplier stopping, MeterRegistry meters) {
        this.subscription = subscription;
        this.page = new Page<>(subscription.page());
        this.postgres = postgres;
        this.inbox = inbox;
        this.letters = letters;
        this.spans = spans;
        this.stopping = stopping;
        this.name = subscription.consumer() + "." + Fact.module(subscription.page());
        this.taken = meters.counter("millrace.facts.heard", "consumer", name);
        this.parked = meters.counter("millrace.facts.parked", "consumer", name);
    }

    private record Understood<F>(Arrived arrived, F fact) {}

    /// One consumer may hear several pages: `storefront.inventory`. Also the group's name.
    String name() {
        return name;
    }

    /// Takes in some facts of one partition, in order. Fails only when we stop while the database is away.
    Mono<Void> hear(List<Arrived> arrived) {
        Map<UUID, Understood<F>> facts = new LinkedHashMap<>();
        List<Mono<Void>> unreadable = new ArrayList<>();
        for (Arrived one : arrived)
            switch (page.read(one)) {
            case Page.Reading.Read<F>(var fact) -> facts.put(one.id(), new Understood<>(one, fact));
            case Page.Reading.Unknown<F>() -> {}
            case Page.Reading.Unreadable<F>(var why) -> unreadable.add(Mono.defer(() -> park(one, why, 1)));
            }
        // Unreadable ones first: what follows them in their aggregate must find them parked.
        return Flux.concat(unreadable).then(Mono.defer(() -> facts.isEmpty() ? Mono.empty()
            : together(List.copyOf(facts.values())).onErrorResume(error -> !Away.is(error), error -> {
                LOG.debug("{} takes {} facts one by one after {}", name(), facts.size(), error.toString());
                return Flux.fromIterable(facts.values()).concatMap(this::alone).then();
            })))
            .retryWhen(Away.waitOut(stopping));
    }

    private Mono<Void> together(List<Understood<F>> facts) {
        List<Arrived> arrived = facts.stream().map(Understood::arrived).toList();
        return postgres.transactional(inbox.admit(name(), arrived).flatMap(admitted -> Flux.fromIterable(facts)
            .concatMap(fact -> admitted.fresh().contains(fact.arrived().id()) ? handle(fact)
                : admitted.behind().contains(fact.arrived().id()) ? parkBehind(fact.arrived()) : Mono.<Void>empty())
            .then(Mono.just(admitted.fresh().size()))))
            .doOnNext(fresh -> taken.increment(fresh))
            .then();
    }

    private Mono<Void> alone(Understood<F> fact) {
        return Mono.defer(() -> together(List.of(fact)))
            .retryWhen(Retry.backoff(TRIES - 1L, RETRY_FIRST).maxBackoff(RETRY_MAX)
                .filter(error -> !Away.is(error)).onRetryExhaustedThrow((spec, signal) -> signal.failure()))
            .onErrorResume(error -> !Away.is(error), error -> park(fact.arrived(), DeadLetters.cause(error), TRIES));
    }

    private Mono<Void> handle(Understood<F> fact) {
        Arrived arrived = fact.arrived();
        Mono<Void> work = Mono.defer(() -> subscription.handler().apply(List.of(fact.fact())));
        return (spans.isOn() ? spans.own(Span.Kind.CONSUMER, name() + " hears " + arrived.type(), Map.of(
            "messaging.system", "kafka", "messaging.message.id", arrived.id().toString()), work) : work)
            .contextWrite(arrived::into);
    }

    private Mono<Void> park(Arrived fact, String cause, int tries) {
        LOG.error("{} parks {} {} version {}: {}", name(), fact.type(), fact.aggregate(), fact.version(), cause);
        parked.increment();
        return letters.park(name(), fact, cause, false, tries);
    }

    private Mono<Void> parkBehind(Arrived fact) {
        parked.increment();
        return letters.park(name(), fact, "waits behind an earlier fact of " + fact.aggregate(), true, 0);
    }

    /// What replaying a parked fact came to.
    enum Replayed { DONE, FAILED, NOT_FIRST, GONE }

    /// Tries a parked fact again, and after it, as long as all goes well, those behind it.
    Mono<Replayed> replay(DeadLetters.Letter letter) {
        return replay(letter, Write.of());
    }

    /// The same; `along` is written with its effect.
    Mono<Replayed> replay(DeadLetters.Letter letter, Write along) {
        return postgres.transactional(letters.lockHead(name(), letter.fact().aggregate())
            .flatMap(head -> head.id() != letter.id() ? Mono.just(Replayed.NOT_FIRST) : retake(head)
                .flatMap(done -> along.isEmpty() ? Mono.just(done) : postgres.run(along).thenReturn(done)))
            .defaultIfEmpty(Replayed.GONE))
            .onErrorResume(error -> !Away.is(error), error -> letters.failedAgain(letter, DeadLetters.cause(error))
                .thenReturn(Replayed.FAILED))
            .flatMap(outcome -> outcome == Replayed.DONE ? followers(letter).thenReturn(outcome) : Mono.just(outcome));
    }

    private Mono<Replayed> retake(DeadLetters.Letter head) {
        return switch (page.read(head.fact())) {
            case Page.Reading.Read<F>(var fact) -> inbox.take(name(), head.fact().id())
                .flatMap(fresh -> fresh ? handle(new Understood<>(head.fact(), fact)) : Mono.empty())
                .then(letters.remove(head.id())).thenReturn(Replayed.DONE);
            case Page.Reading.Unknown<F>() -> letters.remove(head.id()).thenReturn(Replayed.DONE);
            case Page.Reading.Unreadable<F>(var why) -> Mono.error(new IllegalStateException(why));
        };
    }

    private Mono<Void> followers(DeadLetters.Letter letter) {
        return postgres.transactional(letters.lockHead(name(), letter.fact().aggregate()))
            .filter(DeadLetters.Letter::behind).flatMap(this::replay).then();
    }
}
