package io.millrace.messaging;

import io.millrace.postgres.Overtaken;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// A change in the making: pieces of SQL and the facts they make true. [Messaging#commit] runs all of it as one
/// statement. Immutable. `name` is what a test calls it when it kills the process before or after its commit
/// (`checkout.before_commit`). `afterwards` is done on this node once it is committed: counts and lines of the log,
/// never anything that must not be lost.
public record Change(Write write, List<Fact> facts, String name, List<Runnable> afterwards) {
    /// How often a use case reads and decides again because somebody else was faster.
    public static final int STALE_TRIES = 8;
    private static final Duration STALE_WAIT = Duration.ofMillis(4);

    public static Change of(Piece... pieces) {
        return new Change(Write.of(pieces), List.of(), "change", List.of());
    }

    public Change with(Piece piece) {
        return new Change(write.with(piece), facts, name, afterwards);
    }

    public Change with(List<Piece> pieces) {
        Change whole = this;
        for (Piece piece : pieces) whole = whole.with(piece);
        return whole;
    }

    public Change tells(Fact... told) {
        List<Fact> more = new ArrayList<>(facts);
        more.addAll(List.of(told));
        return new Change(write, List.copyOf(more), name, afterwards);
    }

    public Change named(String other) {
        return new Change(write, facts, other, afterwards);
    }

    /// Adds what is done once it is committed, and not at all when it is refused or rolled back.
    public Change afterwards(Runnable work) {
        List<Runnable> more = new ArrayList<>(afterwards);
        more.add(work);
        return new Change(write, facts, name, List.copyOf(more));
    }

    /// Runs a use case (read, decide, commit) again when its commit was refused as [Refused#STALE]. Inside a
    /// transaction the refusal has lost all of it: [Overtaken] tells whoever opened it.
    public static <T> Mono<T> retryStale(Supplier<Mono<T>> useCase) {
        return Postgres.isInside().flatMap(inside -> inside
            ? Mono.defer(useCase).onErrorMap(Refused.class, no -> no.is(Refused.STALE) ? new Overtaken(no) : no)
            : Mono.defer(useCase).retryWhen(again()));
    }

    private static Retry again() {
        return Retry.backoff(STALE_TRIES - 1L, STALE_WAIT).jitter(0.75)
            .filter(error -> error instanceof Refused refused && refused.is(Refused.STALE))
            .onRetryExhaustedThrow((spec, signal) -> signal.failure());
    }
}
