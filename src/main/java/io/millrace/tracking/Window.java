package io.millrace.tracking;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.http.Detached;
import io.millrace.http.Json;
import io.millrace.http.Reply;
import io.millrace.messaging.Messaging;
import io.millrace.ordering.OrderingEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// All streams that are open on this node, by order. A stream is registered before its story is read, so nothing falls
/// between the two; what comes twice is skipped, and what is missing is read from the table.
final class Window {
    private final Messaging messaging;
    private final int perOrderMax;
    private final int perReaderMax;
    private final Map<String, List<Watcher>> watchers = new ConcurrentHashMap<>();
    private final Map<String, Integer> readers = new ConcurrentHashMap<>();

    Window(Messaging messaging, MeterRegistry meters, int perOrderMax, int perReaderMax) {
        this.messaging = messaging;
        this.perOrderMax = perOrderMax;
        this.perReaderMax = perReaderMax;
        meters.gauge("millrace.tracking.streams", readers,
            open -> open.values().stream().mapToInt(Integer::intValue).sum());
    }

    /// A place at the window, taken by one stream of one reader.
    private record Place(String order, String reader, Watcher watcher) {}

    /// The story of an order after a version, for as long as the reader stays; empty when there are too many streams of
    /// this order or this reader already.
    Optional<Flux<Reply.Event>> story(String order, long after, String reader) {
        if (isFull(order, reader)) return Optional.empty();
        // the place is taken when the stream really opens: who hangs up before takes none; should all places have gone
        // by then, the stream ends at once
        return Optional.of(Flux.using(() -> take(order, reader), place -> place
            .map(taken -> told(order, after, taken.watcher())).orElseGet(Flux::empty), this::leave, false)
            .map(Told::wire));
    }

    /// What is told on every node; a fact of an order that nobody watches here costs one look-up.
    Mono<Void> hear(List<OrderingEvent> facts) {
        return Mono.fromRunnable(() -> facts.forEach(this::hear));
    }

    /// Everybody goes; browsers come back to another node with `Last-Event-ID`.
    void close() {
        watchers.values().forEach(all -> List.copyOf(all).forEach(Watcher::close));
    }

    int open() {
        return readers.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void hear(OrderingEvent fact) {
        List<Watcher> mine = watchers.get(fact.aggregate());
        if (mine == null) return;
        Told told = Told.of(fact);
        mine.forEach(watcher -> watcher.tell(told));
    }

    private Flux<Told> told(String order, long after, Watcher watcher) {
        long[] next = {after + 1};
        return Flux.concat(history(order, after), watcher.live())
            .concatMap(told -> inOrder(order, told, next), 1);
    }

    private Flux<Told> inOrder(String order, Told told, long[] next) {
        if (told.version() < next[0]) return Flux.empty();
        Flux<Told> found = told.version() == next[0] ? Flux.just(told) : history(order, next[0] - 1);
        return found.doOnNext(one -> next[0] = one.version() + 1);
    }

    /// Stories are short; read whole and detached, so that a reader who leaves never cuts a statement in two.
    Flux<Told> history(String order, long after) {
        return Detached.run(Mono.defer(() -> messaging.history(order, after).map(Told::of).collectList()))
            .flatMapIterable(all -> all);
    }

    private boolean isFull(String order, String reader) {
        List<Watcher> all = watchers.get(order);
        return readers.getOrDefault(reader, 0) >= perReaderMax || all != null && all.size() >= perOrderMax;
    }

    private Optional<Place> take(String order, String reader) {
        boolean[] granted = {false};
        readers.compute(reader, (who, open) -> {
            int now = open == null ? 0 : open;
            granted[0] = now < perReaderMax;
            return granted[0] ? Integer.valueOf(now + 1) : open;
        });
        if (!granted[0]) return Optional.empty();
        Place place = new Place(order, reader, new Watcher());
        watchers.compute(order, (which, all) -> {
            List<Watcher> more = all == null ? new CopyOnWriteArrayList<>() : all;
            granted[0] = more.size() < perOrderMax;
            if (granted[0]) more.add(place.watcher());
            return more;
        });
        if (granted[0]) return Optional.of(place);
        giveBack(reader);
        return Optional.empty();
    }

    private void leave(Optional<Place> taken) {
        taken.ifPresent(place -> {
            watchers.computeIfPresent(place.order(), (order, all) -> {
                all.remove(place.watcher());
                return all.isEmpty() ? null : all;
            });
            giveBack(place.reader());
        });
    }

    private void giveBack(String reader) {
        readers.computeIfPresent(reader, (who, open) -> open <= 1 ? null : open - 1);
    }

    /// The story as a list, for who asks once.
    Mono<List<Map<String, Object>>> timeline(String order) {
        return messaging.history(order, 0).map(Told::of).map(Window::entry).collectList();
    }

    private static Map<String, Object> entry(Told told) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", Long.toString(told.version()));
        entry.put("event", told.event());
        entry.put("data", Json.OURS.readTree(told.data()));
        return entry;
    }
}
