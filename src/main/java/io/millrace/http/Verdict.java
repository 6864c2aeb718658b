package io.millrace.http;

import java.util.Map;

/// What [Limits] said: whether one may, how many of `limit` remain, and after how many seconds some come back.
/// `limit` is 0 where nothing is limited.
public record Verdict(boolean allowed, long limit, long remaining, int resetSeconds) {
    static final Verdict UNLIMITED = new Verdict(true, 0, 0, 0);

    /// The 429 for who may not.
    public Problem problem() {
        Problem problem = Problem.of(429, "too_many_requests", "Too many requests; try again in " + resetSeconds + " s")
            .header("Retry-After", Integer.toString(resetSeconds));
        for (var header : headers().entrySet()) problem = problem.header(header.getKey(), header.getValue());
        return problem;
    }

    /// What an answer tells about the limit.
    Map<String, String> headers() {
        if (limit == 0) return Map.of();
        String most = Long.toString(limit);
        String more = Long.toString(Math.max(0, remaining));
        String reset = Integer.toString(resetSeconds);
        return Map.of("RateLimit-Limit", most, "RateLimit-Remaining", more, "RateLimit-Reset", reset,
            "X-RateLimit-Limit", most, "X-RateLimit-Remaining", more, "X-RateLimit-Reset", reset);
    }
}
