package io.millrace.tracking;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.util.concurrent.Queues;

/// One open stream's place at the window: live facts wait here while its story is still being read from the table.
/// Small and bounded: who lets more than [#WAITING_MAX] facts pile up is cut, and comes back with `Last-Event-ID`.
final class Watcher {
    static final int WAITING_MAX = 32;

    private final Sinks.Many<Told> sink = Sinks.many().unicast()
        .onBackpressureBuffer(Queues.<Told>get(WAITING_MAX).get());

    Flux<Told> live() {
        return sink.asFlux();
    }

    /// False when the reader is too slow or gone, and the stream ends.
    synchronized boolean tell(Told told) {
        if (sink.tryEmitNext(told).isSuccess()) return true;
        close();
        return false;
    }

    synchronized void close() {
        sink.tryEmitComplete();
    }
}
