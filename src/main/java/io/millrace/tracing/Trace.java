package io.millrace.tracing;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/// Where a piece of work stands in a W3C trace: the trace it belongs to, its own span, and the span that caused it
/// (empty for the first). Travels in the Reactor context, on the `traceparent` header of requests, answers and Kafka
/// records, and in the log of facts.
public record Trace(String traceId, String spanId, String parentId, boolean sampled) {
    public static final String HEADER = "traceparent";
    private static final String NAME = Trace.class.getName();
    private static final Pattern FORM =
        Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

    /// Reads a `traceparent`; anything that is not one starts no trace.
    public static Optional<Trace> parse(@Nullable String header) {
        if (header == null || header.length() > 128) return Optional.empty();
        Matcher form = FORM.matcher(header);
        if (!form.matches() || header.startsWith("00") && form.group(4) != null) return Optional.empty();
        return Optional.of(new Trace(form.group(1), form.group(2), "", (Integer.parseInt(form.group(3), 16) & 1) == 1));
    }

    /// The work that a header's sender asked for; a new trace when there is none.
    public static Trace continued(@Nullable String header) {
        return parse(header).map(Trace::child).orElseGet(() -> new Trace(hex() + hex(), hex(), "", true));
    }

    /// A step of the same trace.
    public Trace child() {
        return new Trace(traceId, hex(), spanId, sampled);
    }

    public String header() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }

    /// The trace of the pipeline that this is the context of.
    public static Optional<Trace> of(ContextView context) {
        return context.getOrEmpty(NAME);
    }

    public Context into(Context context) {
        return context.put(NAME, this);
    }

    /// 64 random bits; the identifiers need to differ, not to be secret.
    private static String hex() {
        long bits = ThreadLocalRandom.current().nextLong();
        return java.util.HexFormat.of().toHexDigits(bits == 0 ? 1 : bits);
    }
}
