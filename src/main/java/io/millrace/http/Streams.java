package io.millrace.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

/// All open event streams of this node and the one wheel that keeps them alive: every second it turns to the next of
/// fifteen spokes and beats the streams there, so a hundred thousand streams cost one timer and no burst.
final class Streams implements SmartLifecycle {
    /// A comment at this pace keeps proxies from closing an idle stream; it is also the number of spokes.
    static final int HEARTBEAT_SECONDS = 15;
    /// A stream whose reader took nothing for this long is cut.
    static final int STALL_SECONDS = 30;
    /// A stream ends by itself after this long; the browser comes back and its right to listen is looked at again.
    static final int LIFE_SECONDS = 3_600;
    /// What a browser waits before it comes back.
    static final int RETRY_MS = 2_000;
    private static final int RETRY_SPREAD_MS = 4_000;
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    private final List<Set<EventStream>> spokes = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Counter cuts;
    private volatile long tick;
    private volatile boolean closing;
    private volatile @Nullable Disposable wheel;

    Streams(MeterRegistry meters) {
        for (int i = 0; i < HEARTBEAT_SECONDS; i++) spokes.add(ConcurrentHashMap.newKeySet());
        Gauge.builder("millrace.sse.connections", open, AtomicInteger::get).description("Open event streams")
            .register(meters);
        cuts = Counter.builder("millrace.sse.cut").description("Event streams cut because the reader took nothing")
            .register(meters);
    }

    Mono<Void> write(ServerWebExchange exchange, Flux<Reply.Event> events) {
        ServerHttpResponse response = exchange.getResponse();
        response.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
        response.getHeaders().setCacheControl("no-store");
        response.getHeaders().set("X-Accel-Buffering", "no");
        Object request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        Channel channel = request instanceof Connection connection ? connection.channel() : null;
        return Mono.defer(() -> response.writeAndFlushWith(
            Flux.from(new EventStream(events, response.bufferFactory(), this, channel))));
    }

    long tick() {
        return tick;
    }

    /// False when the shop is closing: the stream should say so and end.
    boolean opened(EventStream stream) {
        open.incrementAndGet();
        spokes.get(spoke(stream)).add(stream);
        return !closing;
    }

    void closed(EventStream stream) {
        if (spokes.get(spoke(stream)).remove(stream)) open.decrementAndGet();
    }

    void cut() {
        cuts.increment();
    }

    void failed(Throwable error) {
        LOG.info("an event stream ended early: {}", Texts.oneLine(error.toString()));
    }

    int open() {
        return open.get();
    }

    /// One second passed.
    void turn() {
        long now = ++tick;
        for (EventStream stream : spokes.get((int) (now % HEARTBEAT_SECONDS))) stream.turn(now);
    }

    @Override public void start() {
        closing = false;
        wheel = Flux.interval(Duration.ofSeconds(1)).onBackpressureDrop().doOnNext(second -> turn()).retry()
            .subscribe();
    }

    /// Every stream is told to come back, each at another moment, before the server waits for its requests to end.
    @Override public void stop() {
        closing = true;
        Disposable turning = wheel;
        if (turning != null) turning.dispose();
        wheel = null;
        for (Set<EventStream> spoke : spokes) spoke.forEach(EventStream::close);
    }

    @Override public boolean isRunning() {
        return wheel != null;
    }

    /// Stopped first of all, before the server's graceful end.
    @Override public int getPhase() {
        return Integer.MAX_VALUE;
    }

    static byte[] retry(int millis) {
        return ("retry: " + millis + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    static int spread() {
        return RETRY_MS + ThreadLocalRandom.current().nextInt(RETRY_SPREAD_MS);
    }

    private static int spoke(EventStream stream) {
        return Math.floorMod(System.identityHashCode(stream), HEARTBEAT_SECONDS);
    }
}
