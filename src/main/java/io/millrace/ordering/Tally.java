package io.millrace.ordering;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/// Counts what happens to orders (`millrace.orders.facts`, by fact) and shouts about what should never happen
/// (`millrace.orders.unexpected`, how many wait for a person), once it is committed.
final class Tally {
    private static final Logger LOG = LoggerFactory.getLogger(Tally.class);

    private final MeterRegistry meters;
    private final AtomicLong waiting;

    Tally(MeterRegistry meters) {
        this.meters = meters;
        this.waiting = java.util.Objects.requireNonNull(
            meters.gauge("millrace.orders.unexpected", new AtomicLong()));
    }

    void count(List<? extends OrderingEvent> told) {
        for (OrderingEvent event : told)
            meters.counter("millrace.orders.facts", "fact", event.getClass().getSimpleName()).increment();
    }

    /// A placement that was refused, by its reason.
    void refused(Placement refusal) {
        meters.counter("millrace.orders.refused", "reason",
            refusal.getClass().getSimpleName().toLowerCase(Locale.ROOT)).increment();
    }

    void unexpected(UUID order, OrderFact fact) {
        LOG.warn("order {} did not expect {}: parked in ordering.unexpected", order, fact.getClass().getSimpleName());
    }

    /// The gauge follows the table: a person may have resolved some, and other nodes park too.
    Mono<Void> refresh(Orders orders) {
        return orders.unexpected().doOnNext(waiting::set).then();
    }
}
