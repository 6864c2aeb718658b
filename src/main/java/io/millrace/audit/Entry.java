package io.millrace.audit;

import io.millrace.http.Caller;
import io.millrace.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One thing that somebody did. `before` and `after` are JSON texts, or null; `kind` is who: an account, a guest, or
/// the shop by itself.
record Entry(Instant at, String kind, @Nullable UUID actor, String action, String object, @Nullable String before,
    @Nullable String after, String requestId, String address) {
    private static final int JSON_CHARS_MAX = 16 * 1024;
    private static final int WORD_CHARS_MAX = 200;

    static Entry of(Instant at, @Nullable Caller caller, String action, String object, @Nullable Object before,
        @Nullable Object after, String requestId, String address) {
        UUID actor = caller == null ? null : caller.id().orElse(null);
        String kind = caller == null ? "shop" : actor == null ? "guest" : "account";
        return new Entry(at, kind, actor, cut(action), cut(object), json(before), json(after), cut(requestId), address);
    }

    private static @Nullable String json(@Nullable Object value) {
        if (value == null) return null;
        String text = new String(Json.bytes(value), StandardCharsets.UTF_8);
        return text.length() <= JSON_CHARS_MAX ? text
            : new String(Json.bytes(Map.of("too_long", text.length())), StandardCharsets.UTF_8);
    }

    private static String cut(String text) {
        return text.length() <= WORD_CHARS_MAX ? text : text.substring(0, WORD_CHARS_MAX);
    }

    /// Where a request came from, without the part that names one household: IPv4 by /24, IPv6 by /48.
    static String masked(String address) {
        if (address.matches("\\d{1,3}(\\.\\d{1,3}){3}")) return address.replaceFirst("\\.\\d+$", ".0/24");
        if (!address.contains(":")) return "";
        String[] groups = address.replaceFirst("%.*", "").split(":", -1);
        StringBuilder kept = new StringBuilder();
        for (int i = 0; i < 3 && i < groups.length && !groups[i].isEmpty(); i++) kept.append(groups[i]).append(':');
        return kept + (kept.isEmpty() ? "::/48" : ":/48");
    }
}
