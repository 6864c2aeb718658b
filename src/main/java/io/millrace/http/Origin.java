package io.millrace.http;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a web page comes from, in the one spelling that browsers use (RFC 6454): scheme, host, and the port unless it
/// is the scheme's own. Never a pattern, never `null`; `http` only for one's own machine.
public record Origin(String value) {
    public static final int CHARS_MAX = 255;
    private static final Pattern FORM = Pattern.compile(
        "(https?)://((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*|\\[::1])"
            + "(?::([1-9][0-9]{0,4}))?");
    private static final Pattern OWN_MACHINE = Pattern.compile("localhost|127\\.0\\.0\\.1|\\[::1]");
    private static final int PORT_MAX = 65_535;

    public Origin {
        if (!value.equals(normal(value).orElse(null)))
            throw new IllegalArgumentException("is not an origin such as https://shop.example");
    }

    /// Reads what a person wrote; capital letters and the scheme's own port are the same origin.
    public static Origin of(String text) {
        return new Origin(normal(text.strip()).orElseThrow(
            () -> new IllegalArgumentException("is not an origin such as https://shop.example (http on localhost)")));
    }

    private static Optional<String> normal(String text) {
        if (text.length() > CHARS_MAX) return Optional.empty();
        Matcher parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches()) return Optional.empty();
        String scheme = parts.group(1);
        String host = parts.group(2);
        String port = parts.group(3);
        if (scheme.equals("http") && !OWN_MACHINE.matcher(host).matches()) return Optional.empty();
        if (port != null && Integer.parseInt(port) > PORT_MAX) return Optional.empty();
        boolean usual = port == null || port.equals(scheme.equals("https") ? "443" : "80");
        return Optional.of(scheme + "://" + host + (usual ? "" : ":" + port));
    }
}
