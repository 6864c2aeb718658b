package io.millrace.http;

/// Makes text that somebody typed safe to put into a line: of a log, of an event stream, of a header.
public final class Texts {
    private static final int LOG_CHARS_MAX = 1_000;

    private Texts() {}

    /// The text on one line, without controls (CR, LF, NUL, ANSI escapes, U+2028), at most 1,000 characters.
    public static String oneLine(String text) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), LOG_CHARS_MAX));
        for (int i = 0; i < text.length() && i < LOG_CHARS_MAX; i++) {
            char c = text.charAt(i);
            boolean breaks = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
            line.append(breaks ? ' ' : c);
        }
        return line.toString();
    }
}
