package io.millrace.http;

import reactor.core.publisher.Mono;

/// Runs a pipeline to its end whatever becomes of the one who waits for it.
///
/// A client that hangs up cancels its subscription; inside R2DBC that can roll back concurrently with the cancel or
/// leave a pooled connection in the middle of a conversation (r2dbc-postgresql issues 459, 536, 661). So the work runs
/// subscribed on its own, and the waiter merely waits.
public final class Detached {
    private Detached() {}

    public static <T> Mono<T> run(Mono<T> work) {
        return Mono.deferContextual(
            context -> Mono.fromFuture(work.contextWrite(into -> into.putAll(context)).toFuture(), true));
    }
}
