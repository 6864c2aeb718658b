package io.millrace.ordering;

import io.millrace.http.Idempotency;
import io.millrace.http.Reply;
import io.millrace.messaging.Change;
import java.util.Map;
import java.util.function.Function;
import org.springframework.web.reactive.function.server.ServerRequest;

/// The key of a request, if it has one, with the reply that a repeat gets: the first piece of a move's own statement.
final class Repeats {
    private final Idempotency idempotency;

    Repeats(Idempotency idempotency) {
        this.idempotency = idempotency;
    }

    /// A move that answers how the order stands then.
    Function<Stored, Change> of(ServerRequest request) {
        return of(request, 200, Map.of(), false, Stored::seen);
    }

    /// `followUp`: the reply is completed later, by [Idempotency#complete].
    Function<Stored, Change> of(ServerRequest request, int status, Map<String, String> headers, boolean followUp,
        Function<Stored, Object> shape) {
        return stored -> Idempotency.of(request)
            .map(key -> Change.of(idempotency.piece(key, status, headers, Reply.envelope(shape.apply(stored)), followUp,
                "", "''")))
            .orElseGet(Change::of);
    }
}
