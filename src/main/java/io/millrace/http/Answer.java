package io.millrace.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Writes a [Reply] onto the wire: the envelope, problems in either form, lines and events. The one writer.
record Answer(Reply reply, Streams streams) implements ServerResponse {
    private static final MediaType NDJSON = MediaType.APPLICATION_NDJSON;

    @Override public HttpStatusCode statusCode() {
        return HttpStatusCode.valueOf(reply.status());
    }

    @Override public HttpHeaders headers() {
        HttpHeaders headers = new HttpHeaders();
        reply.headers().forEach(headers::set);
        return headers;
    }

    @Override public MultiValueMap<String, ResponseCookie> cookies() {
        return new LinkedMultiValueMap<>();
    }

    @Override public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(statusCode());
        reply.headers().forEach((name, value) -> put(response.getHeaders(), name, value));
        boolean head = exchange.getRequest().getMethod() == HttpMethod.HEAD;
        return switch (reply.body()) {
            case Reply.Body.Lines(var unread) when head -> headOf(response, NDJSON);
            case Reply.Body.Events(var unread, var owner) when head -> headOf(response, MediaType.TEXT_EVENT_STREAM);
            case Reply.Body.Pieces(var unread, var type) when head -> headOf(response, MediaType.parseMediaType(type));
            case Reply.Body.Pieces(var pieces, var type) -> pieces(response, pieces, MediaType.parseMediaType(type));
            case Reply.Body.None() -> response.setComplete();
            case Reply.Body.Bytes(var bytes, var type) -> whole(response, bytes, MediaType.parseMediaType(type));
            case Reply.Body.Data data -> whole(response, envelope(data), MediaType.APPLICATION_JSON);
            case Reply.Body.Failure(var problem) -> failure(exchange, problem);
            case Reply.Body.Lines(var lines) -> lines(response, lines);
            case Reply.Body.Events(var events, var owner) -> streams.write(exchange, events, owner);
        };
    }

    /// What an answer varies by adds up: the filters before us have said their part.
    private static void put(HttpHeaders headers, String name, String value) {
        if (name.equals(HttpHeaders.VARY)) headers.add(name, value);
        else headers.set(name, value);
    }

    /// The bytes of a reply with data, as stored for idempotent replays.
    static byte[] envelope(Reply.Body.Data body) {
        return Json.bytes(new Envelope(true, body.data(), body.message(), body.pagination()));
    }

    static Mono<Void> failure(ServerWebExchange exchange, Problem problem) {
        Refusals.tell(exchange, problem);
        String requestId = RequestId.of(exchange);
        String accept = exchange.getRequest().getHeaders().getFirst(HttpHeaders.ACCEPT);
        boolean rfc9457 = accept != null && accept.contains(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        if (rfc9457) {
            body.put("type", "about:blank");
            HttpStatus status = HttpStatus.resolve(problem.status());
            body.put("title", status == null ? "Error" : status.getReasonPhrase());
            body.put("status", problem.status());
            body.put("detail", problem.message());
        } else {
            body.put("success", false);
            body.put("message", problem.message());
        }
        body.put("code", problem.code());
        if (!problem.errors().isEmpty()) body.put("errors", problem.errors());
        if (!problem.details().isEmpty()) body.put("details", problem.details());
        String again = problem.headers().get(HttpHeaders.RETRY_AFTER);
        if (again != null) body.put("retry_after", Long.parseLong(again));
        body.put("request_id", requestId);
        return whole(exchange.getResponse(), Json.bytes(body),
            rfc9457 ? MediaType.APPLICATION_PROBLEM_JSON : MediaType.APPLICATION_JSON);
    }

    private static Mono<Void> whole(ServerHttpResponse response, byte[] bytes, MediaType type) {
        response.getHeaders().setContentType(type);
        response.getHeaders().setContentLength(bytes.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(bytes)));
    }

    /// A stream is not run only to throw it away.
    private static Mono<Void> headOf(ServerHttpResponse response, MediaType type) {
        response.getHeaders().setContentType(type);
        return response.setComplete();
    }

    private static Mono<Void> pieces(ServerHttpResponse response, Flux<byte[]> pieces, MediaType type) {
        response.getHeaders().setContentType(type);
        return response.writeWith(pieces.map(bytes -> response.bufferFactory().wrap(bytes)));
    }

    private static Mono<Void> lines(ServerHttpResponse response, Flux<?> lines) {
        response.getHeaders().setContentType(NDJSON);
        return response.writeAndFlushWith(lines.buffer(LINES_PER_WRITE)
            .map(some -> Mono.just(response.bufferFactory().wrap(joined(some)))));
    }

    private static byte[] joined(List<?> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(LINES_PER_WRITE * LINE_BYTES_USUAL);
        for (Object line : lines) {
            bytes.writeBytes(line instanceof byte[] ready ? ready : line instanceof String text
                ? text.getBytes(StandardCharsets.UTF_8) : Json.bytes(line));
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    /// A write per line would cost a system call each; the next lines are asked for when these are out.
    private static final int LINES_PER_WRITE = 64;
    private static final int LINE_BYTES_USUAL = 512;

    private record Envelope(boolean success, @Nullable Object data, @Nullable String message,
        Reply.@Nullable Pagination pagination) {}
}
