package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What the kernel says of processes: CPU time, memory, load.
final class Machine {
    /// USER_HZ, the unit of /proc/<pid>/stat, is 100 on every Linux there is.
    private static final long MICROS_PER_TICK = 10_000;

    private Machine() {}

    /// User and system CPU of a process; with those of its children that have ended when asked for.
    static long cpuMicros(long pid, boolean children) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        if (stat.isEmpty()) return 0;
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        if (children) ticks += Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
        return ticks * MICROS_PER_TICK;
    }

    /// Of the postmaster and all its backends, living and gone.
    static long postgresMicros(long postmaster) {
        return cpuMicros(postmaster, true) + ProcessHandle.of(postmaster).stream().flatMap(ProcessHandle::children)
            .mapToLong(child -> cpuMicros(child.pid(), false)).sum();
    }

    static long kib(long pid, String field) {
        return read(Path.of("/proc/" + pid + "/status")).lines().filter(line -> line.startsWith(field + ":"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0);
    }

    static String load() {
        return read(Path.of("/proc/loadavg")).split(" ")[0];
    }

    static String cpu() {
        return read(Path.of("/proc/cpuinfo")).lines().filter(line -> line.startsWith("model name")).findFirst()
            .map(line -> line.replaceFirst(".*: ", "")).orElse("?");
    }

    static boolean has(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
    }

    static String run(List<String> command) {
        return run(command, Map.of());
    }

    static String run(List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            String out = new String(process.getInputStream().readAllBytes());
            process.waitFor(10, TimeUnit.SECONDS);
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return "";
        }
    }

    static String n(double number) {
        return number >= 1_000 ? String.format(Locale.ROOT, "%,.0f", number)
            : number >= 100 ? String.format(Locale.ROOT, "%.0f", number)
                : number >= 10 ? String.format(Locale.ROOT, "%.1f", number)
                    : String.format(Locale.ROOT, "%.2f", number);
    }
}
