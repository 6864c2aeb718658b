package io.millrace.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What a handler answers: status, headers and a body that is data, ready bytes, a stream, or nothing.
///
/// [Api] puts data into the envelope, adds request id and security headers, and writes it.
public record Reply(int status, Map<String, String> headers, Body body) {

    /// The kinds of body.
    public sealed interface Body {
        /// Goes into the envelope: `{"success":true,"data":...,"message":...,"pagination":...}`.
        record Data(@Nullable Object data, @Nullable String message, @Nullable Pagination pagination) implements Body {}

        /// Written as they are.
        record Bytes(byte[] bytes, String contentType) implements Body {}

        /// Written piece by piece as it is made, under back-pressure.
        record Pieces(Flux<byte[]> pieces, String contentType) implements Body {}

        /// One JSON object per line, under back-pressure.
        record Lines(Flux<?> lines) implements Body {}

        /// Server-sent events; heartbeats are the table's business. Whose right they rest on is the caller's, unless
        /// another is named (a ticket's owner).
        record Events(Flux<Event> events, @Nullable Listener owner) implements Body {}

        record Failure(Problem problem) implements Body {}

        record None() implements Body {}
    }

    /// One server-sent event: `id` is the position in its stream (null for none), `data` becomes one line of JSON.
    public record Event(@Nullable String id, String event, Object data) {}

    /// The page numbers of a list (`api.md`); totals are absent when the list is read by cursor.
    public record Pagination(@Nullable Integer currentPage, int perPage, @Nullable Long total,
        @Nullable Integer totalPages, @Nullable Integer nextPage, @Nullable Integer prevPage,
        @Nullable String nextCursor) {}

    public static Mono<Reply> ok(Object data) {
        return Mono.just(new Reply(200, Map.of(), new Body.Data(data, null, null)));
    }

    public static Mono<Reply> ok(Object data, String message) {
        return Mono.just(new Reply(200, Map.of(), new Body.Data(data, message, null)));
    }

    public static Mono<Reply> page(List<?> data, Pagination pagination) {
        return Mono.just(new Reply(200, Map.of(), new Body.Data(data, null, pagination)));
    }

    public static Mono<Reply> created(String location, Object data) {
        return Mono.just(new Reply(201, Map.of("Location", location), new Body.Data(data, null, null)));
    }

    public static Mono<Reply> accepted(Object data) {
        return Mono.just(new Reply(202, Map.of(), new Body.Data(data, null, null)));
    }

    public static Mono<Reply> noContent() {
        return Mono.just(new Reply(204, Map.of(), new Body.None()));
    }

    public static Mono<Reply> notModified(String etag) {
        return Mono.just(new Reply(304, Map.of("ETag", etag), new Body.None()));
    }

    public static Mono<Reply> bytes(byte[] bytes, String contentType) {
        return Mono.just(new Reply(200, Map.of(), new Body.Bytes(bytes, contentType)));
    }

    /// A file that is made while it is sent.
    public static Mono<Reply> stream(Flux<byte[]> pieces, String contentType) {
        return Mono.just(new Reply(200, Map.of(), new Body.Pieces(pieces, contentType)));
    }

    public static Mono<Reply> lines(Flux<?> lines) {
        return Mono.just(new Reply(200, Map.of(), new Body.Lines(lines)));
    }

    public static Mono<Reply> events(Flux<Event> events) {
        return events(events, null);
    }

    /// Events for somebody who is not the caller of this request, because he opened it with a ticket.
    public static Mono<Reply> events(Flux<Event> events, @Nullable Listener owner) {
        return Mono.just(new Reply(200, Map.of(), new Body.Events(events, owner)));
    }

    public static Reply problem(Problem problem) {
        return new Reply(problem.status(), problem.headers(), new Body.Failure(problem));
    }

    public static Mono<Reply> refuse(Problem problem) {
        return Mono.just(problem(problem));
    }

    /// The bytes of a success with this data, for a handler that stores its reply in its own statement.
    public static byte[] envelope(Object data) {
        return Answer.envelope(new Body.Data(data, null, null));
    }

    public Reply header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body);
    }

    public boolean isSuccess() {
        return status < 400;
    }
}
