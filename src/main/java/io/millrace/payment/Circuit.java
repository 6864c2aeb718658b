package io.millrace.payment;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.money.Money;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/// Stands before a provider and counts its answers. While most of them say nothing it is not asked at all: whoever
/// would have waited for its timeout hears "unknown" at once, which every caller bears anyway, and the sweep asks again
/// later. So a dead provider costs neither the buyers nor the workers their time. After a rest a few questions are let
/// through, and they decide.
final class Circuit implements PaymentProvider {
    /// What is told in place of the answer of a provider that is not asked.
    static final String OPEN = "circuit_open";
    /// Answers that are looked at, and how many there must be to judge.
    private static final int ANSWERS_SEEN = 20;
    private static final int ANSWERS_MIN = 5;
    private static final float SILENT_PERCENT = 50;
    private static final int PROBES = 3;
    /// Probes that were never answered must not keep the circuit half open for ever.
    private static final Duration PROBES_MAX = Duration.ofMinutes(1);
    /// After this long without a question nobody knows how the provider is.
    private static final Duration KNOWN_FOR = Duration.ofMinutes(2);
    private static final Logger LOG = LoggerFactory.getLogger(Circuit.class);

    private final PaymentProvider provider;
    private final CircuitBreaker breaker;
    private final MeterRegistry meters;
    private final InstantSource clock;
    private volatile Instant askedAt = Instant.MIN;

    Circuit(PaymentProvider provider, Duration rest, MeterRegistry meters, InstantSource clock) {
        this.provider = provider;
        this.meters = meters;
        this.clock = clock;
        this.breaker = CircuitBreaker.of(provider.name(), CircuitBreakerConfig.custom()
            .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
            .slidingWindowSize(ANSWERS_SEEN).minimumNumberOfCalls(ANSWERS_MIN).failureRateThreshold(SILENT_PERCENT)
            .permittedNumberOfCallsInHalfOpenState(PROBES).maxWaitDurationInHalfOpenState(PROBES_MAX)
            .waitDurationInOpenState(rest).recordResult(told -> told instanceof Told.Unknown<?>).build());
        breaker.getEventPublisher().onStateTransition(change -> LOG.warn("provider {}: {}", provider.name(),
            change.getStateTransition()));
        Gauge.builder("millrace.provider.open", breaker, now -> isOpen(now.getState()) ? 1 : 0)
            .tag("provider", provider.name()).description("1 while the provider is not asked").register(meters);
    }

    /// How the provider is, as far as its last answers tell.
    enum Stand { WELL, SILENT, NOT_KNOWN }

    Stand stand() {
        if (!isOpen(breaker.getState()) && breaker.getState() != CircuitBreaker.State.HALF_OPEN) return Stand.WELL;
        return askedAt.isAfter(clock.instant().minus(KNOWN_FOR)) ? Stand.SILENT : Stand.NOT_KNOWN;
    }

    private static boolean isOpen(CircuitBreaker.State state) {
        return state == CircuitBreaker.State.OPEN || state == CircuitBreaker.State.FORCED_OPEN;
    }

    private <T> Mono<Told<T>> ask(Mono<Told<T>> question) {
        return Mono.defer(() -> {
            if (!breaker.tryAcquirePermission()) {
                count("not_asked");
                return Mono.<Told<T>>just(new Told.Unknown<>(OPEN));
            }
            askedAt = clock.instant();
            long began = System.nanoTime();
            AtomicBoolean over = new AtomicBoolean();
            return question
                .doOnNext(told -> {
                    if (!over.getAndSet(true)) heard(told, began);
                })
                .doOnError(defect -> {
                    if (!over.getAndSet(true)) heard(new Told.Unknown<>("defect"), began);
                })
                .doOnCancel(() -> {
                    if (!over.getAndSet(true)) breaker.releasePermission();
                });
        });
    }

    private void heard(Told<?> told, long beganNanos) {
        count(word(told));
        breaker.onResult(System.nanoTime() - beganNanos, TimeUnit.NANOSECONDS, told);
    }

    private static String word(Told<?> told) {
        return switch (told) {
            case Told.Yes<?> yes -> "yes";
            case Told.No<?> no -> "no";
            case Told.Unknown<?> unknown -> "unknown";
        };
    }

    private void count(String outcome) {
        meters.counter("millrace.provider.calls", "provider", name(), "outcome", outcome).increment();
    }

    @Override public Mono<Told<Report>> open(UUID payment, Payable payable) {
        return ask(provider.open(payment, payable));
    }

    @Override public Mono<Told<Report>> look(String object) {
        return ask(provider.look(object));
    }

    @Override public Mono<Told<Report>> cancel(UUID payment, String object) {
        return ask(provider.cancel(payment, object));
    }

    @Override public Mono<Told<RefundReport>> refund(UUID refund, String object, Money amount) {
        return ask(provider.refund(refund, object, amount));
    }

    @Override public Mono<Told<RefundReport>> lookRefund(String refundObject) {
        return ask(provider.lookRefund(refundObject));
    }

    @Override public Mono<Told<Instrument>> instrument(String token) {
        return ask(provider.instrument(token));
    }

    @Override public String name() {
        return provider.name();
    }

    @Override public String account() {
        return provider.account();
    }

    @Override public boolean answers() {
        return provider.answers();
    }

    @Override public boolean live() {
        return provider.live();
    }

    @Override public Optional<String> publicKey() {
        return provider.publicKey();
    }

    @Override public Optional<Webhooks> webhooks() {
        return provider.webhooks();
    }
}
