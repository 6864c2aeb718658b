package io.millrace.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Children that outlive the terminal's Ctrl-C: each in a session of its own, because SIGINT goes to the whole process
/// group and would stop the servers while the shop still drains.
final class Processes {
    private static final long LOG_BYTES_MAX = 10_000_000;
    private static final long POLL_MS = 10;

    private Processes() {}

    static Process start(Path log, List<String> command) throws IOException {
        if (Files.exists(log) && Files.size(log) > LOG_BYTES_MAX) Files.delete(log);
        List<String> line = new ArrayList<>();
        onPath("setsid").ifPresent(line::add);
        line.addAll(command);
        return new ProcessBuilder(line)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    }

    /// PostgreSQL refuses to run as root; in a user namespace without a map it sees itself as nobody.
    static List<String> unprivileged(List<String> command) {
        if (!"root".equals(System.getProperty("user.name"))) return command;
        List<String> line = new ArrayList<>(List.of(onPath("unshare").orElse("unshare"), "-U"));
        line.addAll(command);
        return line;
    }

    static Optional<String> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        for (String folder : path.split(File.pathSeparator)) {
            Path candidate = Path.of(folder, program);
            if (Files.isExecutable(candidate)) return Optional.of(candidate.toString());
        }
        return Optional.empty();
    }

    static void signal(long pid, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        } catch (IOException e) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The process of that id if it still is the one we think of, with that folder in its command line: ids are used
    /// again.
    static Optional<ProcessHandle> running(long pid, Path folder) {
        return ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .filter(process -> commandLine(process).contains(folder.toString()));
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException noProc) {
            return process.info().commandLine().orElse("");
        }
    }

    static boolean gone(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            return !process.isAlive();
        }
    }

    static boolean within(Duration patience, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) return false;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
        }
        return true;
    }

    /// The last lines of a log, for the message when a server did not start.
    static String tail(Path log) {
        List<String> lines = Folder.readIfThere(log).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }
}
