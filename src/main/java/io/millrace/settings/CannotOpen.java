package io.millrace.settings;

import org.jspecify.annotations.Nullable;

/// The shop cannot open, and a person can change that. Shown as a message without a stack trace; the process ends
/// with 1.
public class CannotOpen extends RuntimeException {
    private final String action;

    /// What is wrong, and what to do about it.
    public CannotOpen(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String action() {
        return action;
    }
}
