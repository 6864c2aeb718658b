package io.millrace.payment;

import java.time.Duration;

/// When to ask again: doubling from the first wait to the longest.
final class Backoff {
    private static final int DOUBLINGS_MAX = 20;

    private Backoff() {}

    static Duration after(Duration first, int tries, Duration longest) {
        Duration wait = first.multipliedBy(1L << Math.clamp(tries - 1, 0, DOUBLINGS_MAX));
        return wait.compareTo(longest) < 0 ? wait : longest;
    }
}
