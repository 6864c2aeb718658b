package io.millrace.embedded;

import org.jspecify.annotations.Nullable;

/// An embedded server did not come up. The message says which, why, and what to do instead.
final class CannotStart extends RuntimeException {
    CannotStart(String message) {
        super(message);
    }

    CannotStart(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
