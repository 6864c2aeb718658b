package io.millrace.http;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/// So many in any window of this length: `60/1m`. `leases`: in how many portions a node draws the whole from what all
/// nodes share; `closed`: refuse, instead of counting on this node alone, while the shared count is away.
record Limit(long most, Duration window, int leases, boolean closed) {
    /// Exact up to this many: every one is drawn on its own.
    static final int EXACT = 64;
    /// For what is asked often: a node may be up to an eighth late with what it has drawn.
    static final int COARSE = 8;
    /// However large the limit, a node draws no more at once.
    private static final long DRAWN_MAX = 1_000;
    private static final Duration WINDOW_MAX = Duration.ofDays(7);
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})/(\\w{2,12})( closed)?");

    Limit {
        if (most < 1 || !window.isPositive() || window.compareTo(WINDOW_MAX) > 0)
            throw new IllegalArgumentException("a limit is at least 1 in a window of at most 7 days");
    }

    /// Null for `off`.
    static @Nullable Limit parse(String text, int leases) {
        if (text.strip().equalsIgnoreCase("off")) return null;
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) throw new IllegalArgumentException("'" + text + "' is neither 'off' nor like '60/1m'");
        return new Limit(Long.parseLong(form.group(1)), DurationStyle.detectAndParse(form.group(2)), leases,
            form.group(3) != null);
    }

    long windowMs() {
        return window.toMillis();
    }

    /// How many a node draws at once.
    long portion() {
        return Math.clamp(most / leases, 1, DRAWN_MAX);
    }
}
