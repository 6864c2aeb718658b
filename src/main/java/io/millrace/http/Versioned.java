package io.millrace.http;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.reactive.function.server.ServerRequest;

/// Entity tags (RFC 9110, 8.8 and 13): a resource's version as `ETag`, `If-None-Match` answered by 304, `If-Match` as
/// the guard of a write (412).
public final class Versioned {
    private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"");
    private static final int HEADER_CHARS_MAX = 4_096;

    private Versioned() {}

    /// The tag of a row's version: `"v7"`.
    public static String etag(long version) {
        return "\"v" + version + "\"";
    }

    /// Whether the client already has this: weak comparison, as for every GET.
    public static boolean isCurrent(ServerRequest request, String etag) {
        List<String> sent = request.headers().header("If-None-Match");
        if (sent.isEmpty()) return false;
        String list = String.join(",", sent);
        if (list.strip().equals("*")) return true;
        if (list.length() > HEADER_CHARS_MAX) return false;
        Matcher tags = TAG.matcher(list);
        String opaque = opaque(etag);
        while (tags.find()) if (tags.group(2).equals(opaque)) return true;
        return false;
    }

    /// 412 when the request demands another version than this one; strong comparison.
    public static Optional<Problem> refusal(ServerRequest request, String etag) {
        List<String> sent = request.headers().header("If-Match");
        if (sent.isEmpty()) return Optional.empty();
        String list = String.join(",", sent);
        if (list.strip().equals("*")) return Optional.empty();
        if (list.length() <= HEADER_CHARS_MAX) {
            Matcher tags = TAG.matcher(list);
            while (tags.find())
                if (tags.group(1) == null && tags.group(2).equals(opaque(etag))) return Optional.empty();
        }
        return Optional.of(Problem.stale());
    }

    /// The version that a write demands, to be guarded inside the write itself; absent when it demands none. A tag that
    /// is none of ours can match nothing and is refused at once.
    public static OptionalLong expected(ServerRequest request) {
        List<String> sent = request.headers().header("If-Match");
        if (sent.isEmpty() || sent.size() == 1 && sent.getFirst().strip().equals("*")) return OptionalLong.empty();
        Matcher tag = TAG.matcher(sent.getFirst().strip());
        if (sent.size() > 1 || !tag.matches() || tag.group(1) != null || !tag.group(2).matches("v\\d{1,18}"))
            throw new ProblemException(Problem.stale());
        return OptionalLong.of(Long.parseLong(tag.group(2).substring(1)));
    }

    private static String opaque(String etag) {
        Matcher tag = TAG.matcher(etag);
        return tag.matches() ? tag.group(2) : etag;
    }
}
