package io.millrace.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Server-sent events (WHATWG HTML 9.2) as `api.md` fixes them: id, event, one line of JSON, a comment as heartbeat.
final class EventStream {
    /// A comment at this pace keeps proxies from closing an idle stream.
    static final Duration HEARTBEAT = Duration.ofSeconds(15);
    /// What a browser waits before it comes back.
    static final Duration RETRY = Duration.ofSeconds(2);
    private static final byte[] BEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);
    /// One timer for all streams.
    private static final Flux<byte[]> BEATS = Flux.interval(HEARTBEAT).map(tick -> BEAT).onBackpressureDrop().share();

    private EventStream() {}

    static Mono<Void> write(ServerWebExchange exchange, Flux<Reply.Event> events) {
        ServerHttpResponse response = exchange.getResponse();
        response.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
        response.getHeaders().setCacheControl("no-store");
        response.getHeaders().set("X-Accel-Buffering", "no");
        byte[] hello = ("retry: " + RETRY.toMillis() + "\n\n").getBytes(StandardCharsets.UTF_8);
        Flux<byte[]> story = events.map(EventStream::frame);
        Flux<byte[]> all = story.publish(shared -> Flux.merge(shared, BEATS.takeUntilOther(shared.ignoreElements())))
            .startWith(hello);
        return response.writeAndFlushWith(all.map(bytes -> Mono.just(response.bufferFactory().wrap(bytes))));
    }

    static byte[] frame(Reply.Event event) {
        StringBuilder frame = new StringBuilder();
        if (event.id() != null) frame.append("id: ").append(oneLine(event.id())).append('\n');
        frame.append("event: ").append(oneLine(event.event())).append("\ndata: ");
        byte[] head = frame.toString().getBytes(StandardCharsets.UTF_8);
        byte[] data = event.data() instanceof byte[] ready ? ready : Json.bytes(event.data());
        byte[] whole = new byte[head.length + data.length + 2];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(data, 0, whole, head.length, data.length);
        whole[whole.length - 2] = '\n';
        whole[whole.length - 1] = '\n';
        return whole;
    }

    /// Nothing a person typed may start a new line of the stream.
    private static String oneLine(String text) {
        return text.replaceAll("[\\r\\n\\u0000]", " ");
    }
}
