package io.millrace.http;

import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// What one key may still do on this node: what it has drawn in the last window, and how much of the last portion is
/// left. Everything drawn is remembered here too, so that neither a flushed nor an absent Redis gives it back.
///
/// Time comes in as milliseconds and never runs backwards here.
final class Quota {
    private final Limit limit;
    private final ArrayDeque<Drawn> drawn = new ArrayDeque<>();
    private long used;
    private long left;
    private long elsewhere;
    private long refusedUntil;
    private long latest;
    private long waiting;
    /// Those of the last drawing for whom it was not enough: they ask again at once.
    private long crowd;
    private @Nullable Mono<Void> drawing;

    Quota(Limit limit) {
        this.limit = limit;
    }

    private record Drawn(long at, long count) {}

    /// A portion as the shared count gave it: how many (0 is a refusal until `againMs` from now), and how many were
    /// left to all nodes after it.
    record Portion(long count, long beyond, long againMs) {}

    /// Takes one when this node knows the answer; null when a portion has to be drawn first.
    synchronized @Nullable Verdict take(long nowMs) {
        long now = forget(nowMs);
        if (left > 0) {
            left--;
            return new Verdict(true, limit.most(), left + elsewhere, seconds(resetMs(now)));
        }
        return refusal(now);
    }

    /// The refusal of the next one, when this node knows of it; takes nothing.
    synchronized @Nullable Verdict refusal(long nowMs) {
        long now = forget(nowMs);
        if (left > 0) return null;
        if (used >= limit.most()) return refused(resetMs(now));
        return now < refusedUntil ? refused(refusedUntil - now) : null;
    }

    /// How many to draw now; 0 when meanwhile all of it is used.
    synchronized long wish(long nowMs) {
        forget(nowMs);
        return Math.min(Math.max(limit.portion(), crowd), limit.most() - used);
    }

    synchronized void drew(long nowMs, Portion portion) {
        long now = forget(nowMs);
        drawing = null;
        crowd = Math.max(0, waiting - portion.count);
        waiting = 0;
        if (portion.count > 0) {
            drawn.addLast(new Drawn(now, portion.count));
            used += portion.count;
            left += portion.count;
            elsewhere = Math.min(portion.beyond, limit.most() - used);
        } else refusedUntil = now + portion.againMs;
    }

    /// The one drawing that everybody of this key waits for.
    synchronized Mono<Void> drawing(Supplier<Mono<Void>> start) {
        waiting++;
        Mono<Void> running = drawing;
        if (running != null) return running;
        drawing = running = start.get();
        return running;
    }

    private long forget(long nowMs) {
        latest = Math.max(latest, nowMs);
        for (Drawn first = drawn.peekFirst(); first != null && first.at + limit.windowMs() <= latest; first =
            drawn.peekFirst()) {
            drawn.removeFirst();
            used -= first.count;
            if (drawn.isEmpty()) left = 0;
        }
        return latest;
    }

    private long resetMs(long now) {
        Drawn first = drawn.peekFirst();
        return first == null ? limit.windowMs() : first.at + limit.windowMs() - now;
    }

    private Verdict refused(long againMs) {
        return new Verdict(false, limit.most(), 0, seconds(againMs));
    }

    private static int seconds(long ms) {
        return (int) Math.max(1, (ms + 999) / 1_000);
    }
}
