package io.millrace.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpMethod;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// The only place where routes are made. Every route states its [Access]; every handler runs detached from the
/// client's connection, so that a hang-up never cancels a write half way nor poisons a pooled connection; an empty
/// answer is a loud failure; `Idempotency-Key` works on every write.
public final class Api {
    /// The base of version 1; `/api/...` without a version is rewritten to it by [Front].
    public static final String BASE = "/api/v1";
    /// An answer that takes longer, from the last byte of the request on, becomes a 503: a server behind us is silent.
    static final Duration ANSWER_MAX = Duration.ofSeconds(15);
    private static final String BODY = Api.class.getName() + ".body";

    private final Idempotency idempotency;
    private final Streams streams;
    private final StepUp stepUp;
    private final Limits limits;
    private final Admission admission;
    private final Table table = new Table();
    private final List<Route> routes = new CopyOnWriteArrayList<>();

    Api(Idempotency idempotency, Streams streams, StepUp stepUp, Limits limits, Admission admission) {
        this.idempotency = idempotency;
        this.streams = streams;
        this.stepUp = stepUp;
        this.limits = limits;
        this.admission = admission;
    }

    /// One row of the whole house's table, for tests that walk all of them.
    public record Route(HttpMethod method, String path, Access access, boolean freshly, boolean inPerson) {}

    /// Builds the table of one resource below `/api/v1` + prefix.
    public RouterFunction<ServerResponse> table(String prefix, Consumer<Rows> rows) {
        return add(BASE + prefix, rows, false);
    }

    /// Builds a table below an absolute path, for what is not part of the versioned API (health, well-known).
    /// Nobody is refused there because the shop is full.
    public RouterFunction<ServerResponse> absolute(String prefix, Consumer<Rows> rows) {
        return add(prefix, rows, true);
    }

    private RouterFunction<ServerResponse> add(String prefix, Consumer<Rows> rows, boolean always) {
        Rows declared = new Rows();
        rows.accept(declared);
        for (Rows.Row row : declared.rows()) {
            limits.mustKnow(row.limit);
            if (always) row.rank = null;
            routes.add(new Route(row.method, prefix + row.path, row.access, row.freshly, row.inPerson));
            table.add(prefix + row.path, row);
        }
        // Spring wants a function for each bean; [Doors] has led every known request to its row before these are asked.
        return request -> Mono.empty();
    }

    Table.@Nullable Found find(String path, PathContainer parsed) {
        return table.find(path, parsed);
    }

    HandlerFunction<ServerResponse> handler(HttpMethod method, Table.Place place) {
        Rows.Row row = place.row(method);
        return row == null ? request -> noSuchMethod(request, place) : request -> answer(row, request);
    }

    private Mono<ServerResponse> noSuchMethod(ServerRequest request, Table.Place place) {
        Reply reply = request.method() == HttpMethod.OPTIONS ? new Reply(204, Map.of(), new Reply.Body.None())
            : Problem.of(405, "method_not_allowed", "This path has other methods").reply();
        return Mono.just(new Answer(reply.header("Allow", place.allowed()), streams));
    }

    public List<Route> routes() {
        return List.copyOf(routes);
    }

    /// Reads the JSON body of a write into a record; refuses what `api.md` refuses.
    public static <T> T body(ServerRequest request, Class<T> type) {
        if (!isJson(request.headers().firstHeader("Content-Type")))
            throw new ProblemException(Problem.of(415, "unsupported_media_type", "Send application/json in UTF-8"));
        return Json.read(raw(request), type);
    }

    /// The body's bytes exactly as they came, for signatures and fingerprints.
    public static byte[] raw(ServerRequest request) {
        return (byte[]) request.attributes().getOrDefault(BODY, new byte[0]);
    }

    /// Runs a piece of a stream (one batch of an import) to its end even when the stream's client hangs up.
    public static <T> Mono<T> detached(Mono<T> work) {
        return Detached.run(work);
    }

    private Mono<ServerResponse> answer(Rows.Row row, ServerRequest request) {
        boolean writes = row.method != HttpMethod.GET;
        if (row.access instanceof Access.Anyone && !Caller.of(request).mayActForHimself(writes))
            request.attributes().computeIfPresent(Caller.ATTRIBUTE, (name, known) -> ((Caller) known).impersonal());
        Problem refusal = row.inPerson ? inPerson(Caller.of(request)) : null;
        if (refusal == null) refusal = refusal(row.access, Caller.of(request), writes);
        if (refusal == null) refusal = refusal(row, request);
        if (refusal == null && row.rank != null) refusal = admission.full(row.rank);
        if (refusal != null) return Mono.just(new Answer(refusal.reply(), streams));
        return told(row, request).map(told -> new Answer(told, streams));
    }

    private Mono<Reply> told(Rows.Row row, ServerRequest request) {
        if (row.readsStream || row.method == HttpMethod.GET) {
            Mono<Reply> work = fresh(row, request, admitted(row, Mono.defer(() -> row.handler.handle(request))))
                .switchIfEmpty(silent(request));
            return row.readsStream ? Detached.run(work) : inTime(work);
        }
        return Detached.run(fresh(row, request, withBody(request).flatMap(read -> inTime(admitted(row,
            idempotency.once(read, row, () -> row.handler.handle(read)))
            .switchIfEmpty(silent(request))))));
    }

    private Mono<Reply> fresh(Rows.Row row, ServerRequest request, Mono<Reply> answered) {
        return row.freshly ? freshly(Caller.of(request), answered) : answered;
    }

    /// Work that takes longer than anybody waits goes on to its end; the client is told to ask again (with the same
    /// key, under which it will find what became of it).
    private static Mono<Reply> inTime(Mono<Reply> work) {
        return Detached.run(work).timeout(ANSWER_MAX);
    }

    private static Mono<Reply> silent(ServerRequest request) {
        return Mono.error(() -> new SilentHandler(request.path()));
    }

    /// A slow sender or reader holds no place: it is taken when the body is there, until the reply is known. Streams
    /// that a handler reads itself have their own measure.
    private Mono<Reply> admitted(Rows.Row row, Mono<Reply> work) {
        return row.rank == null || row.readsStream ? work : admission.within(row.rank, work);
    }

    /// Before a byte of the body is read, and before a stored reply is told again.
    private Mono<Reply> freshly(Caller caller, Mono<Reply> answered) {
        return stepUp.isDue(caller).flatMap(due -> due ? Reply.refuse(StepUp.problem()) : answered);
    }

    private static @Nullable Problem inPerson(Caller caller) {
        return caller.session().isPresent() ? null
            : caller.isGuest() ? Problem.unauthorized() : personRequired();
    }

    private static Problem personRequired() {
        return Problem.of(403, "person_required", "Sign in yourself; a key does not open this");
    }

    private static @Nullable Problem refusal(Access access, Caller caller, boolean writes) {
        return switch (access) {
            case Access.Anyone() -> null;
            case Access.SignedIn() -> caller.mayActForHimself(writes) ? null : caller.isGuest() ? Problem.unauthorized()
                : caller.isSignedIn() ? Problem.forbidden() : personRequired();
            case Access.Needs(var permission) -> caller.may(permission) ? null
                : caller.isGuest() ? Problem.unauthorized() : Problem.forbidden();
        };
    }

    /// What can be refused before a byte of the body is read.
    private static @Nullable Problem refusal(Rows.Row row, ServerRequest request) {
        if (!isAcceptable(request.headers().firstHeader("Accept"), row.produces))
            return Problem.of(406, "not_acceptable", "This can be had as " + row.produces);
        Problem nul = nul(request);
        if (nul != null || row.method == HttpMethod.GET) return nul;
        String encoding = request.headers().firstHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity"))
            return Problem.of(415, "unsupported_encoding", "Send the body uncompressed")
                .header("Accept-Encoding", "identity").header("Connection", "close");
        long length = request.exchange().getRequest().getHeaders().getContentLength();
        return row.readsStream || length <= Json.DOCUMENT_BYTES_MAX ? null : tooLarge();
    }

    /// No text of the database can hold a NUL, so no handler has to think of one.
    private static @Nullable Problem nul(ServerRequest request) {
        String query = request.uri().getRawQuery();
        if (query == null || !query.contains("%00")) return null;
        Fields fields = new Fields();
        request.queryParams().forEach((name, values) -> {
            if (values.stream().anyMatch(value -> value != null && value.indexOf(0) >= 0))
                fields.wrong(name, "has characters that do not belong there");
        });
        return fields.isClean() ? null : Problem.invalid(fields.errors());
    }

    /// Whoever takes JSON, a stream of ours or anything takes what we have; the exotic is compared in full.
    private static boolean isAcceptable(@Nullable String accept, String produces) {
        if (accept == null || accept.isBlank() || accept.contains("*/*") || accept.contains("json")
            || accept.contains("event-stream")) return true;
        try {
            MediaType ours = MediaType.parseMediaType(produces);
            return MediaType.parseMediaTypes(accept).stream().anyMatch(type -> type.isCompatibleWith(ours));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null || contentType.equals("application/json")) return true;
        try {
            MediaType type = MediaType.parseMediaType(contentType);
            return type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)
                && (type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static Problem tooLarge() {
        return Problem.of(413, "too_large", "A body may have at most " + Json.DOCUMENT_BYTES_MAX + " bytes")
            .header("Connection", "close");
    }

    private static Mono<ServerRequest> withBody(ServerRequest request) {
        return DataBufferUtils.join(request.exchange().getRequest().getBody(), Json.DOCUMENT_BYTES_MAX)
            .map(buffer -> {
                byte[] bytes = new byte[buffer.readableByteCount()];
                buffer.read(bytes);
                DataBufferUtils.release(buffer);
                return bytes;
            })
            .defaultIfEmpty(new byte[0])
            .onErrorMap(DataBufferLimitException.class, e -> new ProblemException(tooLarge()))
            .map(bytes -> {
                request.attributes().put(BODY, bytes);
                return request;
            });
    }

    /// A handler that completed without an answer: WebFlux would send 200 with nothing in it.
    static final class SilentHandler extends IllegalStateException {
        SilentHandler(String path) {
            super("no answer from the handler of " + path);
        }
    }
}
