package io.millrace.http;

import org.jspecify.annotations.Nullable;

/// Text that people type and that later stands on labels, in logs and in streams: one line, no control characters, no
/// halves of characters.
public final class OneLine {
    private OneLine() {}

    public static String required(Fields fields, String field, @Nullable String text, int charsMax) {
        String stripped = fields.text(field, text, charsMax);
        if (!isSane(stripped, false)) fields.wrong(field, "has characters that do not belong there");
        return stripped;
    }

    public static @Nullable String optional(Fields fields, String field, @Nullable String text, int charsMax) {
        return text == null || text.isBlank() ? null : required(fields, field, text, charsMax);
    }

    /// Text of several lines.
    public static @Nullable String note(Fields fields, String field, @Nullable String text, int charsMax) {
        if (text == null || text.isBlank()) return null;
        if (!isSane(text, true)) fields.wrong(field, "has characters that do not belong there");
        return fields.text(field, text, charsMax);
    }

    public static boolean isSane(String text, boolean lines) {
        for (int i = 0; i < text.length();) {
            int point = text.codePointAt(i);
            if (lines && (point == '\n' || point == '\r')) {
                i++;
                continue;
            }
            int kind = Character.getType(point);
            if (Character.isISOControl(point) || kind == Character.SURROGATE || kind == Character.LINE_SEPARATOR
                || kind == Character.PARAGRAPH_SEPARATOR) return false;
            i += Character.charCount(point);
        }
        return true;
    }
}
