package io.millrace.testing;

import io.millrace.Millrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A node of a shop in a JVM of its own, so that a test can kill it like the machine would.
public final class ShopProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    private static final AtomicInteger LOGS = new AtomicInteger();

    private final Process process;
    private final Path log;
    private final Client client;
    private final Map<String, String> settings;

    private ShopProcess(Process process, Path log, int port, Map<String, String> settings) {
        this.process = process;
        this.log = log;
        this.settings = settings;
        this.client = new Client("http://localhost:" + port);
    }

    /// A node on a fresh database of the shared servers; returns when it is ready.
    public static ShopProcess with(String... namesAndValues) {
        return start(Shop.settings(Infrastructure.shared(), namesAndValues));
    }

    static ShopProcess start(Map<String, String> settings) {
        return launch(settings).awaitReady();
    }

    /// Launches without waiting; the settings go by environment, where no other user can read them.
    public static ShopProcess launch(Map<String, String> settings) {
        return launch(command(System.getProperty("java.class.path")), settings);
    }

    /// Launches that command, which must start a shop; it is given a free port.
    public static ShopProcess launch(List<String> command, Map<String, String> settings) {
        try {
            int port = freePort();
            Path log = Files.createDirectories(Path.of("target", "nodes"))
                .resolve("node-%d-%d.log".formatted(ProcessHandle.current().pid(), LOGS.incrementAndGet()));
            var builder = new ProcessBuilder(command);
            settings.forEach((name, value) -> builder.environment().put(variable(name), value));
            builder.environment().put("SERVER_PORT", Integer.toString(port));
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
            return new ShopProcess(builder.start(), log, port, new LinkedHashMap<>(settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How to start a shop from that class path with the JDK of this test.
    public static List<String> command(String classPath) {
        return List.of(java(), "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-cp", classPath, Millrace.class.getName());
    }

    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static String variable(String property) {
        return property.replace('-', '_').replace('.', '_').toUpperCase(java.util.Locale.ROOT);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Waits until the node can sell.
    public ShopProcess awaitReady() {
        Eventually.holds("the node is ready; its log is " + log, START, () -> {
            if (!process.isAlive()) throw new IllegalStateException("The node ended by itself:\n" + log());
            return client.answers("/actuator/health/readiness");
        });
        return this;
    }

    /// `kill -9`: no hook runs, nothing is flushed.
    public void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    /// SIGTERM: the node drains and leaves.
    public void terminate() {
        process.destroy();
    }

    /// Waits for the end and answers the exit code.
    public int awaitExit(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS))
                throw new IllegalStateException("Still running after " + patience + ":\n" + log());
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// The same node again, on the same servers, after it was killed.
    public ShopProcess again() {
        return start(settings);
    }

    public Process process() {
        return process;
    }

    public Client client() {
        return client;
    }

    public Database database() {
        return new Database(settings.getOrDefault("spring.r2dbc.url", ""));
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override public void close() {
        process.destroyForcibly();
    }
}
