package io.millrace.testing;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// Waiting for something that comes by itself, without sleeping longer than it takes.
public final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Eventually() {}

    public static void holds(String what, Callable<Boolean> condition) {
        holds(what, PATIENCE, condition);
    }

    public static void holds(String what, Duration patience, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(patience).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(25))
            .until(condition);
    }

    /// Asks again until it answers without that failure.
    public static <T> T comes(String what, Duration patience, Class<? extends RuntimeException> failure,
        Callable<@Nullable T> ask) {
        return Objects.requireNonNull(Awaitility.await(what).atMost(patience).pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(25)).ignoreExceptionsInstanceOf(failure).until(ask, Objects::nonNull));
    }

    /// The assertion passes at some time within the patience of tests.
    public static void passes(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(25))
            .untilAsserted(assertion);
    }
}
