package io.millrace.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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

/// All open event streams of this node, whose they are, and the one wheel that keeps them alive: every second it turns
/// to the next of fifteen spokes and beats the streams there, so a hundred thousand streams cost one timer, no burst.
///
/// A stream closes when its owner's session ends: at once where the ending is heard ([#end]), and at the next look
/// ([#RECHECK_SECONDS]) where it was not.
public final class Streams implements SmartLifecycle {
    /// A comment at this pace keeps proxies from closing an idle stream; it is also the number of spokes.
    static final int HEARTBEAT_SECONDS = 15;
    /// A stream whose reader took nothing for this long is cut.
    static final int STALL_SECONDS = 30;
    /// A stream ends by itself after this long; the browser comes back and its right to listen is looked at again.
    static final int LIFE_SECONDS = 3_600;
    /// What a browser waits before it comes back.
    static final int RETRY_MS = 2_000;
    private static final int RETRY_SPREAD_MS = 4_000;
    /// How often it is asked whether the owners of open streams may still listen.
    static final int RECHECK_SECONDS = 4;
    /// Owners asked about at once.
    private static final int RECHECKED_AT_ONCE = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    private final List<Set<EventStream>> spokes = new ArrayList<>();
    private final Map<UUID, Set<EventStream>> owned = new ConcurrentHashMap<>();
    private final Supplier<List<Standing>> standings;
    private final AtomicInteger open = new AtomicInteger();
    private final Counter cuts;
    private volatile long tick;
    private volatile boolean closing;
    private volatile @Nullable Disposable wheel;

    Streams(MeterRegistry meters, Supplier<List<Standing>> standings) {
        this.standings = standings;
        for (int i = 0; i < HEARTBEAT_SECONDS; i++) spokes.add(ConcurrentHashMap.newKeySet());
        Gauge.builder("millrace.sse.connections", open, AtomicInteger::get).description("Open event streams")
            .register(meters);
        cuts = Counter.builder("millrace.sse.cut").description("Event streams cut because the reader took nothing")
            .register(meters);
    }

    Mono<Void> write(ServerWebExchange exchange, Flux<Reply.Event> events, @Nullable Listener named) {
        Caller caller = exchange.getAttributes().get(Caller.ATTRIBUTE) instanceof Caller known ? known : Caller.GUEST;
        Listener owner = named != null ? named : Listener.of(caller).orElse(null);
        ServerHttpResponse response = exchange.getResponse();
        response.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
        response.getHeaders().setCacheControl("no-store");
        response.getHeaders().set("X-Accel-Buffering", "no");
        Object request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        Channel channel = request instanceof Connection connection ? connection.channel() : null;
        return Mono.defer(() -> response.writeAndFlushWith(
            Flux.from(new EventStream(events, response.bufferFactory(), this, channel, owner))));
    }

    long tick() {
        return tick;
    }

    /// False when the shop is closing: the stream should say so and end.
    boolean opened(EventStream stream) {
        open.incrementAndGet();
        spokes.get(spoke(stream)).add(stream);
        Listener owner = stream.owner();
        if (owner != null) owned.compute(owner.account(), (account, streams) -> with(streams, stream));
        return !closing;
    }

    void closed(EventStream stream) {
        if (spokes.get(spoke(stream)).remove(stream)) open.decrementAndGet();
        Listener owner = stream.owner();
        if (owner != null) owned.computeIfPresent(owner.account(), (account, streams) -> without(streams, stream));
    }

    private static Set<EventStream> with(@Nullable Set<EventStream> streams, EventStream one) {
        Set<EventStream> all = streams == null ? ConcurrentHashMap.newKeySet() : streams;
        all.add(one);
        return all;
    }

    private static @Nullable Set<EventStream> without(Set<EventStream> streams, EventStream one) {
        streams.remove(one);
        return streams.isEmpty() ? null : streams;
    }

    /// Closes what an account's session or key has open on this node; all of the account's when that is null.
    public void end(UUID account, @Nullable UUID proof) {
        for (EventStream stream : owned.getOrDefault(account, Set.of())) {
            Listener owner = stream.owner();
            if (owner != null && (proof == null || proof.equals(owner.proof()))) stream.close();
        }
    }

    /// Closes what an account has open on this node, except by this session.
    public void endOthers(UUID account, UUID kept) {
        for (EventStream stream : owned.getOrDefault(account, Set.of())) {
            Listener owner = stream.owner();
            if (owner != null && !kept.equals(owner.proof())) stream.close();
        }
    }

    /// Asks whether those who listen still may, and closes the streams of those who may not.
    Mono<Void> recheck() {
        Set<UUID> proofs = owned.values().stream().flatMap(Set::stream).map(EventStream::owner)
            .map(owner -> owner == null ? null : owner.proof()).filter(Objects::nonNull).collect(Collectors.toSet());
        return Flux.fromIterable(proofs).buffer(RECHECKED_AT_ONCE)
            .concatMap(some -> Flux.fromIterable(standings.get())
                .concatMap(standing -> standing.over(Set.copyOf(some))))
            .doOnNext(this::endAll)
            .onErrorResume(error -> {
                // the database is away: the next look will tell, and every stream ends within the hour
                LOG.warn("could not look whether listeners may still listen: {}", Texts.oneLine(error.toString()));
                return Mono.empty();
            }).then();
    }

    private void endAll(Set<UUID> over) {
        if (over.isEmpty()) return;
        for (Set<EventStream> streams : owned.values())
            for (EventStream stream : streams) {
                Listener owner = stream.owner();
                UUID proof = owner == null ? null : owner.proof();
                if (proof != null && over.contains(proof)) stream.close();
            }
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
        if (now % RECHECK_SECONDS == 0 && !owned.isEmpty()) recheck().subscribe();
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
