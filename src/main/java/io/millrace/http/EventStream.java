package io.millrace.http;

import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/// One open stream of server-sent events (WHATWG HTML 9.2): asks its source for only as many events as it may hold,
/// puts everything that waits into one write, and is cut when its reader takes nothing any more.
///
/// The source decides what a slow reader means: one that is asked for too little for too long should fail (and so end
/// the stream); the browser then comes back with `Last-Event-ID` and replays.
final class EventStream implements Publisher<Publisher<DataBuffer>>, CoreSubscriber<Reply.Event>, Subscription {
    /// Events held for a slow reader.
    static final int EVENTS_MAX = 64;
    private static final byte[] BEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final Flux<Reply.Event> source;
    private final DataBufferFactory buffers;
    private final Streams streams;
    private final @Nullable Channel channel;
    private final @Nullable Listener owner;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private @Nullable Subscriber<? super Publisher<DataBuffer>> reader;
    private volatile @Nullable Subscription upstream;
    private int eventsWaiting;
    private long demand;
    private boolean ended;
    private boolean draining;
    private boolean handed;
    private long openedTick;
    private long takenTick;

    EventStream(Flux<Reply.Event> source, DataBufferFactory buffers, Streams streams, @Nullable Channel channel,
        @Nullable Listener owner) {
        this.source = source;
        this.buffers = buffers;
        this.streams = streams;
        this.channel = channel;
        this.owner = owner;
    }

    @Nullable Listener owner() {
        return owner;
    }

    @Override public void subscribe(Subscriber<? super Publisher<DataBuffer>> subscriber) {
        reader = subscriber;
        openedTick = streams.tick();
        takenTick = openedTick;
        waiting.add(Streams.retry(Streams.RETRY_MS));
        boolean welcome = streams.opened(this);
        subscriber.onSubscribe(this);
        if (welcome) source.subscribe(this);
        else close();
    }

    @Override public Context currentContext() {
        return reader instanceof CoreSubscriber<?> known ? known.currentContext() : Context.empty();
    }

    @Override public void onSubscribe(Subscription subscription) {
        upstream = subscription;
        if (closed.get()) subscription.cancel();
        else subscription.request(EVENTS_MAX);
    }

    @Override public void onNext(Reply.Event event) {
        byte[] frame = frame(event);
        synchronized (this) {
            waiting.add(frame);
            eventsWaiting++;
        }
        drain();
    }

    @Override public void onError(Throwable error) {
        streams.failed(error);
        onComplete();
    }

    @Override public void onComplete() {
        synchronized (this) {
            ended = true;
        }
        drain();
    }

    @Override public void request(long n) {
        synchronized (this) {
            demand = Operators.addCap(demand, n);
        }
        drain();
    }

    /// The reader hung up.
    @Override public void cancel() {
        if (closed.compareAndSet(false, true)) release();
    }

    /// One turn of the wheel: a heartbeat, or the end for who is too old or takes nothing.
    void turn(long tick) {
        boolean stuck;
        synchronized (this) {
            stuck = !waiting.isEmpty() && tick - takenTick > Streams.STALL_SECONDS;
            if (waiting.isEmpty()) waiting.add(BEAT);
        }
        if (stuck) cut();
        else if (tick - openedTick > Streams.LIFE_SECONDS) close();
        else drain();
    }

    /// Says goodbye and when to come back.
    void close() {
        synchronized (this) {
            if (ended) return;
            ended = true;
            waiting.add(Streams.retry(Streams.spread()));
        }
        Subscription source = upstream;
        if (source != null) source.cancel();
        drain();
    }

    private void cut() {
        streams.cut();
        cancel();
        if (channel != null) channel.close();
    }

    private void release() {
        streams.closed(this);
        Subscription source = upstream;
        if (source != null) source.cancel();
    }

    /// Hands on the next write when one was asked for; only when it really begins does it take all that waits by then.
    private void drain() {
        while (true) {
            boolean last;
            synchronized (this) {
                if (draining || closed.get()) return;
                boolean write = demand > 0 && !handed && !waiting.isEmpty();
                last = ended && !handed && waiting.isEmpty();
                if (!write && !last) return;
                if (write) {
                    demand--;
                    handed = true;
                }
                draining = true;
            }
            emit(last);
            synchronized (this) {
                draining = false;
            }
        }
    }

    private void emit(boolean last) {
        Subscriber<? super Publisher<DataBuffer>> target = reader;
        if (target == null) return;
        if (!last) target.onNext(Mono.fromSupplier(this::taken));
        else if (closed.compareAndSet(false, true)) {
            streams.closed(this);
            target.onComplete();
        }
    }

    private DataBuffer taken() {
        byte[] bytes;
        int events;
        synchronized (this) {
            bytes = joined();
            events = eventsWaiting;
            eventsWaiting = 0;
            takenTick = streams.tick();
            handed = false;
        }
        Subscription source = upstream;
        if (events > 0 && source != null) source.request(events);
        drain();
        return buffers.wrap(bytes);
    }

    private byte[] joined() {
        int length = 0;
        for (byte[] frame : waiting) length += frame.length;
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            System.arraycopy(frame, 0, all, at, frame.length);
            at += frame.length;
        }
        return all;
    }

    static byte[] frame(Reply.Event event) {
        StringBuilder frame = new StringBuilder();
        if (event.id() != null) frame.append("id: ").append(Texts.oneLine(event.id())).append('\n');
        frame.append("event: ").append(Texts.oneLine(event.event())).append("\ndata: ");
        byte[] head = frame.toString().getBytes(StandardCharsets.UTF_8);
        byte[] data = event.data() instanceof byte[] ready ? ready.clone() : Json.bytes(event.data());
        // Line ends in JSON are only layout; in a stream they would begin a new field.
        for (int i = 0; i < data.length; i++) if (data[i] == '\n' || data[i] == '\r') data[i] = ' ';
        byte[] whole = new byte[head.length + data.length + 2];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(data, 0, whole, head.length, data.length);
        whole[whole.length - 2] = '\n';
        whole[whole.length - 1] = '\n';
        return whole;
    }
}
