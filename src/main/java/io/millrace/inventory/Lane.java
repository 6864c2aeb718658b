package io.millrace.inventory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// One writer for one pool: while one batch is on its way to PostgreSQL, the next buyers gather, and go together.
///
/// A buyer who gives up waiting does not take the others with him: batches run on their own, and what he was given
/// lapses by its own clock. The queue is bounded; who finds it full is told so at once.
final class Lane {
    /// Baskets of one batch.
    static final int BATCH_BASKETS_MAX = 256;
    /// Baskets that may wait; at 10,000 a second that is under half a second.
    static final int WAITING_BASKETS_MAX = 4_096;
    private static final Duration BATCH_TIMEOUT = Duration.ofSeconds(5);

    private final Batch batch;
    private final Queue<Basket> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger length = new AtomicInteger();
    private final AtomicBoolean busy = new AtomicBoolean();

    Lane(Batch batch) {
        this.batch = batch;
    }

    /// Holds a list of baskets in one transaction, and answers for each in its place.
    @FunctionalInterface
    interface Batch {
        Mono<List<HotPools.Answer>> hold(List<Basket> baskets);
    }

    record Basket(UUID reservation, List<Line> lines, CompletableFuture<HotPools.Answer> answer) {}

    Mono<HotPools.Answer> join(UUID reservation, List<Line> lines) {
        if (length.incrementAndGet() > WAITING_BASKETS_MAX) {
            length.decrementAndGet();
            return Mono.just(new HotPools.Answer.Refused(new Holding.Busy()));
        }
        Basket basket = new Basket(reservation, lines, new CompletableFuture<>());
        waiting.add(basket);
        drive();
        return Mono.fromFuture(basket.answer(), true);
    }

    private void drive() {
        if (!busy.compareAndSet(false, true)) return;
        List<Basket> together = together();
        if (!together.isEmpty()) {
            batch.hold(together).timeout(BATCH_TIMEOUT).toFuture()
                .whenComplete((answers, error) -> done(together, answers, error));
            return;
        }
        busy.set(false);
        if (!waiting.isEmpty()) drive();
    }

    private List<Basket> together() {
        List<Basket> together = new ArrayList<>();
        for (Basket next; together.size() < BATCH_BASKETS_MAX && (next = waiting.poll()) != null;) together.add(next);
        length.addAndGet(-together.size());
        return together;
    }

    /// The next batch leaves before the buyers of this one go on.
    private void done(List<Basket> together, @Nullable List<HotPools.Answer> answers, @Nullable Throwable error) {
        busy.set(false);
        drive();
        for (int i = 0; i < together.size(); i++) {
            if (answers != null) together.get(i).answer().complete(answers.get(i));
            else together.get(i).answer().completeExceptionally(error == null ? new IllegalStateException() : error);
        }
    }
}
