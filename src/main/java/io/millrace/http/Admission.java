package io.millrace.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Lets so many requests be worked on at once and no more. Who comes beyond that is told so at once, before a byte of
/// the database is touched: what is worked on stays quick, and a crowd that only looks leaves room for who buys, and
/// that one for the news that somebody has paid.
final class Admission {
    /// What matters more goes on when what matters less is refused already.
    enum Rank {
        /// Looking: up to half of the places.
        BROWSE(0.5),
        /// Buying, and all other writes.
        BUY(0.8),
        /// Webhooks: money that has moved.
        SETTLE(1.0);

        private final double share;

        Rank(double share) {
            this.share = share;
        }
    }

    private static final int RETRY_AFTER_SECONDS = 1;

    private final AtomicInteger working = new AtomicInteger();
    private final int[] most = new int[Rank.values().length];
    private final Counter[] refused = new Counter[Rank.values().length];

    Admission(int concurrency, MeterRegistry meters) {
        if (concurrency < 1) throw new IllegalArgumentException("millrace.http.concurrency is at least 1");
        for (Rank rank : Rank.values()) {
            most[rank.ordinal()] = Math.max(1, (int) (concurrency * rank.share));
            refused[rank.ordinal()] = Counter.builder("millrace.requests.refused").tag("rank", rank.name())
                .description("Requests refused because enough were being worked on").register(meters);
        }
        Gauge.builder("millrace.requests.working", working, AtomicInteger::get)
            .description("Requests being worked on").register(meters);
    }

    /// Null when there is a place now; nothing is taken yet.
    @Nullable Problem full(Rank rank) {
        return working.get() < most[rank.ordinal()] ? null : refuse(rank);
    }

    /// Does the work in a place of its own, which is given back when the work has ended, also for a client who left.
    Mono<Reply> within(Rank rank, Mono<Reply> work) {
        return Mono.defer(() -> {
            if (working.incrementAndGet() > most[rank.ordinal()]) {
                working.decrementAndGet();
                return Mono.just(refuse(rank).reply());
            }
            return work.doFinally(end -> working.decrementAndGet());
        });
    }

    private Problem refuse(Rank rank) {
        refused[rank.ordinal()].increment();
        return Problem.unavailable("busy", "The shop is full; try again in a moment", RETRY_AFTER_SECONDS);
    }
}
