package io.millrace.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/// Redis: caches, limits and hints; never the truth, so it only saves now and then and when it stops.
final class Redis implements Server {
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(3);
    private static final int PING_TIMEOUT_MS = 500;

    private final Folder folder;
    private final Watchdog watchdog;
    private final Path home;
    private final Path log;
    private final Path pid;
    private int port;
    private @Nullable Process process;

    /// With its program unpacked before any server is started: a child process that begins while the file is written
    /// has it open for writing for a moment, and then it cannot be executed ("Text file busy").
    static Redis unpacked(Folder folder, Watchdog watchdog) throws IOException {
        Redis redis = new Redis(folder, watchdog);
        redis.program();
        return redis;
    }

    private Redis(Folder folder, Watchdog watchdog) {
        this.folder = folder;
        this.watchdog = watchdog;
        this.home = folder.of("redis");
        this.log = home.resolve("server.log");
        this.pid = home.resolve("redis.pid");
    }

    @Override public void start() throws IOException {
        stopLeftover();
        Path program = program();
        port = folder.port("redis");
        process = Processes.start(log, List.of(program.toString(),
            "--port", Integer.toString(port), "--bind", "127.0.0.1",
            "--dir", home.toString(), "--pidfile", pid.toString(),
            "--save", "300", "10", "--appendonly", "no",
            "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"));
        Process redis = process;
        watchdog.watch(redis, "TERM", "KILL");
        boolean ready = Processes.within(START, () -> !redis.isAlive() || answers());
        if (!ready || !redis.isAlive())
            throw new CannotStart("Redis did not start. The end of " + log + ":\n\n" + Processes.tail(log));
    }

    private Path program() throws IOException {
        Path program = home.resolve("redis-server");
        if (!Files.isExecutable(program)) {
            Path unpacked =
                ExecutableProvider.newJarResourceProvider(folder.of("redis/unpacked").toFile()).get().toPath();
            Files.move(unpacked, program);
            if (!program.toFile().setExecutable(true)) throw new IOException("Cannot make " + program + " executable");
        }
        return program;
    }

    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), PING_TIMEOUT_MS);
            socket.setSoTimeout(PING_TIMEOUT_MS);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    private void stopLeftover() {
        Optional<String> left = Folder.readIfThere(pid).lines().findFirst()
            .filter(line -> line.matches("\\d+"));
        left.flatMap(id -> Processes.running(Long.parseLong(id), home)).ifPresent(old -> {
            Processes.signal(old.pid(), "TERM");
            if (!Processes.gone(old, STOP)) old.destroyForcibly();
            Processes.gone(old, STOP);
        });
    }

    @Override public void stop() {
        if (process == null) return;
        Processes.signal(process.pid(), "TERM");
        if (!Processes.gone(process.toHandle(), STOP)) process.destroyForcibly();
        process = null;
    }

    @Override public void crash() {
        if (process == null) return;
        process.destroyForcibly();
        Processes.gone(process.toHandle(), STOP);
        process = null;
    }

    @Override public Map<String, String> settings() {
        return Map.of("spring.data.redis.url", "redis://127.0.0.1:" + port);
    }
}
