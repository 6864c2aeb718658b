package io.millrace.messaging;

import io.millrace.http.RequestId;
import io.millrace.jobs.CrashPoint;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.millrace.tracing.Trace;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Announces facts: they are committed together with their effect, or neither is.
public final class Messaging {
    /// Rounds of facts causing facts inside one change; more is a loop.
    private static final int ROUNDS_MAX = 8;
    /// The longest story of one aggregate read at once.
    private static final int HISTORY_FACTS_MAX = 1_000;

    private final Postgres postgres;
    private final Supplier<List<InTransaction<?>>> inboxes;
    private final Waker waker;
    private final Supplier<List<Committed>> listeners;

    Messaging(Postgres postgres, ObjectProvider<InTransaction<?>> inboxes, Waker waker,
        ObjectProvider<Committed> listeners) {
        this.postgres = postgres;
        this.inboxes = SingletonSupplier.of(() -> inboxes.orderedStream().toList());
        this.waker = waker;
        this.listeners = SingletonSupplier.of(() -> listeners.orderedStream().toList());
    }

    /// Lets the in-transaction inboxes add to the change, then runs all of it as one statement. Fails with
    /// [io.millrace.postgres.Refused] when a check does not hold: nothing has happened then.
    public Mono<Write.Answers> commit(Change change) {
        return heard(change, 0, 0).flatMap(this::run);
    }

    /// The story of one aggregate after a version, oldest first.
    public Flux<Recorded> history(String aggregate, long afterVersion) {
        return postgres.query("""
            select position, id, type, aggregate, version, at, payload::text as payload
              from messaging.facts
             where aggregate = :aggregate and version > :after
             order by version limit :limit
            """, Map.of("aggregate", aggregate, "after", afterVersion, "limit", HISTORY_FACTS_MAX),
            EventLog::recorded);
    }

    private Mono<Change> heard(Change change, int from, int round) {
        List<Fact> fresh = change.facts().subList(from, change.facts().size());
        if (fresh.isEmpty()) return Mono.just(change);
        if (round == ROUNDS_MAX) return Mono.error(new IllegalStateException("facts cause facts without end"));
        int next = change.facts().size();
        return Flux.fromIterable(inboxes.get())
            .reduce(Mono.just(change), (sofar, inbox) -> sofar.flatMap(now -> hear(inbox, fresh, now)))
            .flatMap(all -> all)
            .flatMap(more -> heard(more, next, round + 1));
    }

    private static <F extends Fact> Mono<Change> hear(InTransaction<F> inbox, List<Fact> facts, Change change) {
        List<F> mine = facts.stream().filter(inbox.page()::isInstance).map(inbox.page()::cast).toList();
        return mine.isEmpty() ? Mono.just(change) : inbox.hear(mine, change);
    }

    private Mono<Write.Answers> run(Change change) {
        return Mono.deferContextual(context -> {
            Write whole = change.facts().isEmpty() ? change.write()
                : change.write().with(Facts.piece(change.facts(), RequestId.of(context),
                    Trace.of(context).map(Trace::header).orElse("")));
            CrashPoint.reach(change.name(), "before_commit");
            return postgres.run(whole).onErrorMap(Facts::refused);
        }).flatMap(done -> committed(() -> after(change)).thenReturn(done));
    }

    private void after(Change change) {
        CrashPoint.reach(change.name(), "after_commit");
        change.afterwards().forEach(Runnable::run);
        if (change.facts().isEmpty()) return;
        waker.wake();
        listeners.get().forEach(listener -> listener.heard(change.facts()));
    }

    /// A wake before the commit would find nothing: inside somebody's transaction it waits for that one's end.
    private static Mono<Void> committed(Runnable work) {
        return TransactionSynchronizationManager.forCurrentTransaction().<Void>handle((current, sink) -> {
            if (current.isSynchronizationActive()) current.registerSynchronization(new AfterCommit(work));
            else work.run();
            sink.complete();
        }).onErrorResume(NoTransactionException.class, none -> Mono.fromRunnable(work));
    }

    private record AfterCommit(Runnable work) implements TransactionSynchronization {
        @Override public Mono<Void> afterCommit() {
            return Mono.fromRunnable(work);
        }
    }
}
