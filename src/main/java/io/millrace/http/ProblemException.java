package io.millrace.http;

/// Carries a [Problem] out of parsing code; use cases answer refusals as values instead. No stack trace.
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.code(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
