package io.millrace.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A TCP proxy between the shop and a server that a test can cut, stall and slow down. For PostgreSQL and Redis;
/// Kafka's clients go round it, because a broker tells them its own address.
public final class CuttableProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final long STALLED_LOOK_NS = 5_000_000;

    private volatile InetSocketAddress target;
    private final ServerSocket door;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile boolean stalled;
    private volatile boolean closed;
    private volatile Duration delay = Duration.ZERO;

    private CuttableProxy(String host, int port) throws IOException {
        this.target = new InetSocketAddress(host, port);
        this.door = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("proxy door").start(this::accept);
    }

    public static CuttableProxy to(String host, int port) {
        try {
            return new CuttableProxy(host, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// From now on it leads to another server, for one whose port was not known before.
    public void aim(int port) {
        target = new InetSocketAddress(target.getHostString(), port);
    }

    public int port() {
        return door.getLocalPort();
    }

    /// Breaks every connection (with a reset) and refuses new ones until [#restore].
    public void cut() {
        cut = true;
        breakAll();
    }

    /// Breaks every connection once; new ones are welcome.
    public void breakAll() {
        sockets.forEach(CuttableProxy::reset);
        sockets.clear();
    }

    /// Nothing passes any more in either direction, but no connection breaks: a machine that went silent.
    public void stall() {
        stalled = true;
    }

    /// Ends cut and stall.
    public void restore() {
        cut = false;
        stalled = false;
    }

    /// Every piece of an answer is held back this long.
    public void delay(Duration each) {
        delay = each;
    }

    public int connections() {
        return sockets.size() / 2;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = door.accept();
                if (cut) {
                    reset(client);
                    continue;
                }
                Socket server = connected(client);
                if (server == null) continue;
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> pump(client, server, false));
                Thread.ofVirtual().start(() -> pump(server, client, true));
            } catch (IOException targetAway) {
                if (door.isClosed()) return;
            }
        }
    }

    /// Null when the target is away: then its client hears so at once.
    private @Nullable Socket connected(Socket client) {
        try {
            Socket server = new Socket();
            server.connect(target, 2_000);
            return server;
        } catch (IOException away) {
            reset(client);
            return null;
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (answers && delay.isPositive()) LockSupport.parkNanos(delay.toNanos());
                while (stalled && !closed) LockSupport.parkNanos(STALLED_LOOK_NS);
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException broken) {
            reset(to);
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException already) {
            sockets.remove(socket);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        } catch (IOException already) {
            // it is gone, which is all we want
        }
    }

    @Override public void close() {
        closed = true;
        breakAll();
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
