package io.millrace.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// The rows of one table of routes: method, path below the table's prefix, what it demands, and who answers.
public final class Rows {
    private final List<Row> rows = new ArrayList<>();

    /// Answers one request. Empty is a defect; refusals are replies.
    @FunctionalInterface
    public interface Handler {
        Mono<Reply> handle(ServerRequest request);
    }

    /// One route, with the traits that make it differ from the usual.
    public static final class Row {
        final HttpMethod method;
        final String path;
        final Access access;
        final Handler handler;
        boolean ownsIdempotency;
        boolean readsStream;
        boolean storesNothing;
        boolean freshly;
        String limit = Limits.DEFAULT;
        /// Null: never refused for want of a place.
        Admission.@Nullable Rank rank;
        boolean inPerson;
        String produces = "application/json";

        private Row(HttpMethod method, String path, Access access, Handler handler) {
            this.method = method;
            this.path = path;
            this.access = access;
            this.handler = handler;
            this.rank = method == HttpMethod.GET ? Admission.Rank.BROWSE : Admission.Rank.BUY;
        }

        /// The handler itself puts [Idempotency#piece] into its one statement; the table only replays.
        public Row ownsIdempotency() {
            ownsIdempotency = true;
            return this;
        }

        /// Counted by this limit (`millrace.limits.<name>`) instead of the usual one: the caller, else the client's
        /// address, may ask so often.
        public Row limited(String name) {
            limit = name;
            return this;
        }

        /// A machine that brings news of money (webhooks): not counted by limits, and the last to be refused when the
        /// shop is full.
        public Row settles() {
            limit = Limits.NONE;
            rank = Admission.Rank.SETTLE;
            return this;
        }

        /// Part of buying though it is a read: refused only when even buyers are.
        public Row buys() {
            rank = Admission.Rank.BUY;
            return this;
        }

        /// The media type of a reply that is not JSON; others are 406 for who takes none of it.
        public Row produces(String mediaType) {
            produces = mediaType;
            return this;
        }

        /// The reply holds secrets (tokens) and must not be kept for replays: `Idempotency-Key` is ignored here, the
        /// write has a guard of its own.
        public Row storesNothing() {
            storesNothing = true;
            return this;
        }

        /// What cannot easily be undone (refunds, roles): who has a second factor must have used it a moment ago
        /// ([StepUp#FRESH]), else 403 `step_up_required`, which `POST /auth/2fa/challenge` answers.
        public Row freshly() {
            freshly = true;
            return this;
        }

        /// Only a person who signed in, not a machine with a key of that person's: passwords, keys, erasing.
        public Row inPerson() {
            inPerson = true;
            return this;
        }

        /// The body is a stream that the handler reads itself (uploads, imports); it is not buffered nor limited here.
        public Row readsStream() {
            readsStream = true;
            return this;
        }
    }

    public Row GET(String path, Access access, Handler handler) {
        return row(HttpMethod.GET, path, access, handler);
    }

    public Row POST(String path, Access access, Handler handler) {
        return row(HttpMethod.POST, path, access, handler);
    }

    public Row PUT(String path, Access access, Handler handler) {
        return row(HttpMethod.PUT, path, access, handler);
    }

    public Row PATCH(String path, Access access, Handler handler) {
        return row(HttpMethod.PATCH, path, access, handler);
    }

    public Row DELETE(String path, Access access, Handler handler) {
        return row(HttpMethod.DELETE, path, access, handler);
    }

    List<Row> rows() {
        return rows;
    }

    private Row row(HttpMethod method, String path, Access access, Handler handler) {
        Row row = new Row(method, path, access, handler);
        rows.add(row);
        return row;
    }
}
