package io.millrace.embedded;

import io.millrace.settings.CannotOpen;
import org.jspecify.annotations.Nullable;

/// An embedded server did not come up. The message says which, why, and what to do instead.
final class CannotStart extends CannotOpen {
    private static final String INSTEAD = "If it cannot run here, use servers of your own: SPRING_R2DBC_URL,"
        + " SPRING_DATA_REDIS_URL, SPRING_KAFKA_BOOTSTRAP_SERVERS.";

    CannotStart(String message) {
        this(message, null);
    }

    CannotStart(String message, @Nullable Throwable cause) {
        super(message, INSTEAD, cause);
    }
}
