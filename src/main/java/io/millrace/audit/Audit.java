package io.millrace.audit;

import io.millrace.http.Caller;
import io.millrace.http.ClientAddress;
import io.millrace.http.RequestId;
import io.millrace.postgres.Piece;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// The account of who did what. Add [#entry] to the change it tells of: it commits or rolls back with it. What happens
/// outside of any transaction (a failed sign-in, a refusal) is [#note]d.
///
/// `action` is `noun.verb` (`order.ship`, `role.grant`), `object` what it was done to (`order:<id>`), `before` and
/// `after` records or maps of what changed. No secrets, and of personal data only ids and masked values: an entry can
/// never be erased.
public final class Audit {
    private final Notes notes;
    private final InstantSource clock;

    Audit(Notes notes, InstantSource clock) {
        this.notes = notes;
        this.clock = clock;
    }

    /// What the caller of this request does.
    public Piece entry(ServerRequest request, String action, String object, @Nullable Object before,
        @Nullable Object after) {
        return Entries.insert(Entry.of(clock.instant(), Caller.of(request), action, object, before, after,
            RequestId.of(request), address(request)));
    }

    /// What the caller of this request changes of something large: of `before` and `after` only that in which they
    /// differ is kept. Null is what was not there, or is there no more.
    public Piece changed(ServerRequest request, String action, String object, @Nullable Object before,
        @Nullable Object after) {
        Difference difference = Difference.of(before, after);
        return entry(request, action, object, difference.before(), difference.after());
    }

    /// The same as an entry without the request at hand; a null caller is the shop itself.
    public Piece entry(@Nullable Caller caller, String action, String object, @Nullable Object before,
        @Nullable Object after, String requestId) {
        return Entries.insert(
            Entry.of(clock.instant(), caller, action, object, before, after, requestId, ""));
    }

    /// Written soon and by itself, whatever becomes of the transaction that the pipeline may be in; completes at once.
    public Mono<Void> note(ServerRequest request, String action, String object, @Nullable Object before,
        @Nullable Object after) {
        return Mono.fromRunnable(() -> notes.add(Entry.of(clock.instant(), Caller.of(request), action, object, before,
            after, RequestId.of(request), address(request))));
    }

    /// The same without the request at hand; a null caller is the shop itself.
    public Mono<Void> note(@Nullable Caller caller, String action, String object, @Nullable Object before,
        @Nullable Object after, String requestId) {
        return Mono.fromRunnable(() -> notes.add(Entry.of(clock.instant(), caller, action, object, before, after,
            requestId, "")));
    }

    private static String address(ServerRequest request) {
        return Entry.masked(ClientAddress.of(request).shown());
    }
}
