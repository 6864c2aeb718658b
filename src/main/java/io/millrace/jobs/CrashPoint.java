package io.millrace.jobs;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Named places where a test lets this process die as by `kill -9`: `millrace.crash-at=relay.after_publish:3` halts the
/// JVM the third time it gets there. Without the setting a place costs one read of a field.
public final class CrashPoint {
    /// What a shell reports of a process that was killed with signal 9.
    public static final int EXIT_CODE = 137;
    private static volatile @Nullable Armed armed;

    private CrashPoint() {}

    private record Armed(String name, AtomicInteger left) {}

    static void arm(String setting) {
        if (setting.isBlank()) return;
        String[] parts = setting.split(":", 2);
        armed = new Armed(parts[0], new AtomicInteger(parts.length == 1 ? 1 : Integer.parseInt(parts[1])));
    }

    public static void reach(String name) {
        Armed at = armed;
        if (at != null && at.name().equals(name)) pass(at);
    }

    /// The same for a place that many things pass, each under its own name: `checkout` + `before_commit`.
    public static void reach(String thing, String place) {
        Armed at = armed;
        if (at != null && at.name().equals(thing + "." + place)) pass(at);
    }

    private static void pass(Armed at) {
        if (at.left().decrementAndGet() == 0) Runtime.getRuntime().halt(EXIT_CODE);
    }
}
