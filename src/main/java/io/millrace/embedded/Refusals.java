package io.millrace.embedded;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/// Turns what can go wrong with embedded servers into a message for the person at the terminal.
final class Refusals implements FailureAnalyzer {
    private static final String CONFIGURE = "Or use servers of your own: SPRING_R2DBC_URL, SPRING_DATA_REDIS_URL,"
        + " SPRING_KAFKA_BOOTSTRAP_SERVERS.";

    @Override public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FolderTaken)
                return new FailureAnalysis(cause.getMessage(), "Two shops on one machine need two folders: set"
                    + " MILLRACE_EMBEDDED_DIR for one of them. For a second node of the same shop, start it with"
                    + " the settings above and another SERVER_PORT.", cause);
            if (cause instanceof CannotStart) return new FailureAnalysis(cause.getMessage(), CONFIGURE, cause);
        }
        return null;
    }
}
