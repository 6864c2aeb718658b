package io.millrace.settings;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Prints a [CannotOpen] for the person at the terminal.
final class CannotOpenMessage extends AbstractFailureAnalyzer<CannotOpen> {
    @Override protected FailureAnalysis analyze(Throwable rootFailure, CannotOpen refusal) {
        return new FailureAnalysis(refusal.getMessage(), refusal.action(), refusal);
    }
}
