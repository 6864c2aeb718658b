package io.millrace.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The servers of one shop in one folder: started together, stopped together, and gone even when this
/// process is killed. Development and tests only; listens on the loopback address without a
/// password.
public final class Embedded implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Embedded.class);

    private final Folder folder;
    private final Watchdog watchdog;
    private final Map<Part, Server> servers = new EnumMap<>(Part.class);
    private boolean closed;

    private Embedded(Folder folder, Set<Part> parts) throws IOException {
        this.folder = folder;
        this.watchdog = Watchdog.start(folder.root());
        for (Part part : parts) servers.put(part, server(part));
    }

    private Server server(Part part) throws IOException {
        return switch (part) {
            case POSTGRES -> new Postgres(folder, watchdog);
            case REDIS -> Redis.unpacked(folder, watchdog);
            case KAFKA -> new Kafka(folder);
        };
    }

    /// Starts the given parts at once and returns when all answer.
    public static Embedded start(Path dir, Set<Part> parts) {
        Embedded embedded = open(dir, parts);
        try {
            together(embedded.servers, Server::start);
            embedded.folder.owner("process " + ProcessHandle.current().pid() + "\n" + embedded.environment());
        } catch (IOException e) {
            embedded.close();
            throw new CannotStart("Cannot write to " + embedded.folder.root(), e);
        } catch (RuntimeException e) {
            embedded.close();
            throw e;
        }
        return embedded;
    }

    private static Embedded open(Path dir, Set<Part> parts) {
        try {
            return new Embedded(Folder.take(dir), parts);
        } catch (IOException e) {
            throw new CannotStart("Cannot use the folder " + dir.toAbsolutePath() + ": " + e.getMessage(), e);
        }
    }

    private interface Work {
        void on(Server server) throws Exception;
    }

    /// All at the same time; returns when the last one is done.
    private static void together(Map<Part, Server> servers, Work work) {
        try (ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, servers.size()))) {
            var running = new EnumMap<Part, Future<?>>(Part.class);
            servers.forEach((part, server) -> running.put(part, threads.submit(() -> {
                work.on(server);
                return part;
            })));
            running.forEach(Embedded::await);
        }
    }

    private static void await(Part part, Future<?> work) {
        try {
            work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CannotStart known) throw known;
            throw new CannotStart("The embedded " + part + " did not start: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotStart("Interrupted while " + part + " was starting", e);
        }
    }

    /// The Spring properties by which an application uses these servers.
    public Map<String, String> settings() {
        var settings = new TreeMap<String, String>();
        servers.values().forEach(server -> settings.putAll(server.settings()));
        return settings;
    }

    /// The same as environment variables, ready to paste for a second node.
    String environment() {
        var text = new StringBuilder();
        settings().forEach((name, value) -> text.append(variable(name)).append('=').append(value).append('\n'));
        return text.toString();
    }

    static String variable(String property) {
        return property.replace('-', '_').replace('.', '_').toUpperCase(java.util.Locale.ROOT);
    }

    /// For tests: one part goes down as if it had crashed, the rest goes on.
    public void crash(Part part) {
        part(part).crash();
    }

    /// For tests: a part that is down comes back on its old port.
    public void restart(Part part) {
        Server server = part(part);
        together(Map.of(part, server), down -> {
            down.stop();
            down.start();
        });
    }

    private Server part(Part part) {
        Server server = servers.get(part);
        if (server == null) throw new IllegalArgumentException(part + " is not embedded here");
        return server;
    }

    @Override public synchronized void close() {
        if (closed) return;
        closed = true;
        try {
            together(servers, Server::stop);
            watchdog.dismiss();
            folder.close();
        } catch (CannotStart | IOException e) {
            log.warn("The embedded servers did not stop in order", e);
        }
    }
}
