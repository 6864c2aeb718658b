package io.millrace.identity;

import java.text.Normalizer;
import java.util.Locale;

/// An e-mail address in the one form under which accounts are found: NFC, lower case, no spaces around.
record Email(String value) {
    /// RFC 5321: the longest path that a mail server must take.
    static final int CHARS_MAX = 254;
    private static final int LOCAL_CHARS_MAX = 64;

    Email {
        int at = value.lastIndexOf('@');
        boolean sane = value.length() <= CHARS_MAX && at > 0 && at <= LOCAL_CHARS_MAX && value.indexOf('@') == at
            && value.indexOf('.', at) > at + 1 && !value.endsWith(".")
            && value.codePoints().noneMatch(Email::neverInside);
        if (!sane) throw new IllegalArgumentException("is not an e-mail address");
    }

    static Email of(String text) {
        return new Email(Normalizer.normalize(text.strip(), Normalizer.Form.NFC).toLowerCase(Locale.ROOT));
    }

    /// Whether the text can be an address at all; what cannot is simply an unknown account.
    static boolean isValid(String text) {
        try {
            of(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean neverInside(int character) {
        int type = Character.getType(character);
        return Character.isWhitespace(character) || Character.isISOControl(character) || type == Character.FORMAT
            || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR
            || type == Character.SURROGATE || type == Character.UNASSIGNED || "<>()[],;:\\\"".indexOf(character) >= 0;
    }
}
