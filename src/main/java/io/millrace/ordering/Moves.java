package io.millrace.ordering;

import io.millrace.http.Ids;
import io.millrace.inventory.Inventory;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Moves orders: reads one, lets [OrderLife] decide, and writes the move with everything it wants, guarded by the
/// version that was read. Who is slower reads and decides again.
final class Moves {
    private final Orders orders;
    private final Effects effects;
    private final Inventory inventory;
    private final Messaging messaging;
    private final Tally tally;
    private final Ids ids;
    private final InstantSource clock;

    Moves(Orders orders, Effects effects, Inventory inventory, Messaging messaging, Tally tally, Ids ids,
        InstantSource clock) {
        this.orders = orders;
        this.effects = effects;
        this.inventory = inventory;
        this.messaging = messaging;
        this.tally = tally;
        this.ids = ids;
        this.clock = clock;
    }

    /// What became of a person's wish.
    sealed interface Moved {
        record Done(Stored stored) implements Moved {}

        /// It was so already.
        record Same(Stored stored) implements Moved {}

        record Declined(String code, String message) implements Moved {}

        /// No such order, or not the asker's.
        record Absent() implements Moved {}
    }

    /// A person's wish about an order that he may see. `along` is what stands in the same statement, given the order
    /// as it will be: the reply to a repeat of the request.
    Mono<Moved> wish(UUID order, Orders.Asker asker, OrderFact wish, Function<Stored, Change> along) {
        return wish(order, asker, wish, (before, after) -> along.apply(after));
    }

    /// The same, given the order as it was and as it will be.
    Mono<Moved> wish(UUID order, Orders.Asker asker, OrderFact wish, BiFunction<Stored, Stored, Change> along) {
        return Change.retryStale(() -> orders.life(order, asker).flatMap(stored -> wish(stored, wish, along))
            .defaultIfEmpty(new Moved.Absent()));
    }

    private Mono<Moved> wish(Stored stored, OrderFact wish, BiFunction<Stored, Stored, Change> along) {
        return switch (OrderLife.decide(stored.order(), wish, moment())) {
            case Decision.Moved moved ->
                written(along.apply(stored, stored.with(moved.order())).named("order"), stored, moved, method(wish))
                    .flatMap(messaging::commit)
                    .thenReturn(new Moved.Done(stored.with(moved.order())));
            case Decision.Same(var same) -> Mono.just(new Moved.Same(stored));
            case Decision.Declined(var code, var message) -> Mono.just(new Moved.Declined(code, message));
            case Decision.Unexpected(var order, var fact) ->
                Mono.error(new IllegalStateException("a wish is granted or declined, not unexpected: " + fact));
        };
    }

    /// What happened to an order below, added to the change that makes it true. Several facts about one order become
    /// one move of its row.
    Mono<Change> hear(UUID order, List<OrderFact> facts, Change change) {
        return orders.life(order)
            .flatMap(stored -> withGoods(stored, facts).flatMap(known -> decided(stored, known, change)))
            .switchIfEmpty(Mono.fromSupplier(() -> nobodys(order, facts, change)));
    }

    private Mono<Change> decided(Stored stored, List<OrderFact> facts, Change change) {
        Order now = stored.order();
        Change next = change;
        List<Effect> wanted = new ArrayList<>();
        List<OrderingEvent> told = new ArrayList<>();
        for (OrderFact fact : facts) {
            switch (OrderLife.decide(now, fact, moment())) {
                case Decision.Moved moved -> {
                    now = moved.order();
                    wanted.addAll(moved.effects());
                    told.addAll(moved.told());
                }
                case Decision.Same(var same) -> {}
                case Decision.Declined(var code, var message) ->
                    throw new IllegalStateException("a fact cannot be declined: " + fact);
                case Decision.Unexpected(var order, var odd) ->
                    next = parked(next, order.id(), order, odd);
            }
        }
        if (told.isEmpty()) return Mono.just(next);
        return written(next, stored, new Decision.Moved(now, wanted, told), null);
    }

    private Mono<Change> written(Change change, Stored stored, Decision.Moved moved, @Nullable String method) {
        Change row = change.with(Orders.move(stored.order(), moved.order(), method, clock.instant()))
            .tells(moved.told().toArray(OrderingEvent[]::new)).afterwards(() -> tally.count(moved.told()));
        return effects.into(row, stored, moved.effects());
    }

    /// Only a payment that comes after the goods were given up needs to know whether they can be had again; should they
    /// go before the statement runs, it is refused as stale and all of this happens again.
    private Mono<List<OrderFact>> withGoods(Stored stored, List<OrderFact> facts) {
        Order order = stored.order();
        if (order.stock() != OrderStatus.Stock.LAPSED || facts.stream().noneMatch(Moves::isCapture))
            return Mono.just(facts);
        return inventory.canRetake(order.reservation()).defaultIfEmpty(false).map(free -> facts.stream()
            .map(fact -> fact instanceof OrderFact.PaymentCaptured(var payment, var amount, var unknown)
                ? new OrderFact.PaymentCaptured(payment, amount, free) : fact)
            .toList());
    }

    private static boolean isCapture(OrderFact fact) {
        return fact instanceof OrderFact.PaymentCaptured;
    }

    private Change nobodys(UUID order, List<OrderFact> facts, Change change) {
        Change next = change;
        for (OrderFact fact : facts) next = parked(next, order, Map.of("absent", true), fact);
        return next;
    }

    private Change parked(Change change, UUID order, Object state, OrderFact fact) {
        return change.with(Orders.park(ids.next(), order, state,
            Map.of("type", fact.getClass().getSimpleName(), "fact", fact), clock.instant()))
            .afterwards(() -> tally.unexpected(order, fact));
    }

    private static @Nullable String method(OrderFact fact) {
        return fact instanceof OrderFact.RetryWanted retry ? retry.method() : null;
    }

    private OrderLife.Moment moment() {
        return new OrderLife.Moment(clock.instant(), ids::next);
    }
}
