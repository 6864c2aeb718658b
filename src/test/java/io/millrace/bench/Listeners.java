package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// Thousands of open event streams read by one thread; it remembers when each order's listeners heard of its payment.
final class Listeners implements AutoCloseable {
    /// Streams that are being opened at a time.
    private static final int OPENING_MAX = 64;
    private static final String PAID = "event: order.paid";
    private static final int KEPT_CHARS = 40;

    private final InetSocketAddress shop;
    private final Selector selector;
    private final Semaphore opening = new Semaphore(OPENING_MAX);
    private final ConcurrentLinkedQueue<Listener> wanted = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<String, List<Long>> heard = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Thread reader;
    private volatile boolean closed;

    private static final class Listener {
        final String order;
        final String token;
        String tail = "";
        boolean told;
        boolean answered;

        Listener(String order, String token) {
            this.order = order;
            this.token = token;
        }
    }

    Listeners(URI shop) {
        this.shop = new InetSocketAddress("127.0.0.1", shop.getPort());
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = Thread.ofPlatform().name("listeners").start(this::read);
    }

    /// Opens one more stream of that order.
    void open(String order, String token) {
        opening.acquireUninterruptibly();
        wanted.add(new Listener(order, token));
        selector.wakeup();
    }

    int open() {
        return open.get();
    }

    int refused() {
        return refused.get();
    }

    /// When (nanoTime) the listeners of that order heard that it was paid.
    List<Long> heard(String order) {
        return heard.getOrDefault(order, List.of());
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
        try {
            while (!closed) {
                selector.select(1_000);
                for (Listener next = wanted.poll(); next != null; next = wanted.poll()) connect(next);
                for (SelectionKey key : selector.selectedKeys()) ready(key, buffer);
                selector.selectedKeys().clear();
            }
            for (SelectionKey key : selector.keys()) key.channel().close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void connect(Listener listener) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_CONNECT, listener);
        channel.connect(shop);
    }

    private void ready(SelectionKey key, ByteBuffer buffer) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        Listener listener = (Listener) key.attachment();
        if (key.isConnectable()) {
            channel.finishConnect();
            key.interestOps(SelectionKey.OP_READ);
            channel.write(ByteBuffer.wrap(("GET /api/v1/orders/" + listener.order
                + "/events HTTP/1.1\r\nHost: localhost"
                + "\r\nAccept: text/event-stream\r\nX-Order-Token: " + listener.token + "\r\n" + Rig.CHANNEL + "\r\n")
                .getBytes(StandardCharsets.UTF_8)));
        }
        if (!key.isReadable()) return;
        buffer.clear();
        int length = channel.read(buffer);
        if (length < 0) {
            key.cancel();
            channel.close();
            open.decrementAndGet();
            return;
        }
        listen(listener, StandardCharsets.UTF_8.decode(buffer.flip()).toString());
    }

    private void listen(Listener listener, String text) {
        if (!listener.answered) {
            listener.answered = true;
            opening.release();
            (text.startsWith("HTTP/1.1 200") ? open : refused).incrementAndGet();
        }
        if (listener.told) return;
        String all = listener.tail + text;
        if (all.contains(PAID)) {
            listener.told = true;
            listener.tail = "";
            long now = System.nanoTime();
            heard.computeIfAbsent(listener.order, order -> java.util.Collections.synchronizedList(new ArrayList<>()))
                .add(now);
        } else listener.tail = all.substring(Math.max(0, all.length() - KEPT_CHARS));
    }

    @Override public void close() {
        closed = true;
        selector.wakeup();
        Load.join(reader);
    }
}
