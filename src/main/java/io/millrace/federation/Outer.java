package io.millrace.federation;

import org.jspecify.annotations.Nullable;

/// Who somebody is at a provider. `verified`: the provider vouches that the address is his.
record Outer(String issuer, String subject, @Nullable String email, boolean verified, String firstName,
    String lastName) {
    static final int SUBJECT_CHARS_MAX = 255;
    private static final int NAME_CHARS_MAX = 100;

    Outer {
        if (subject.isBlank() || subject.length() > SUBJECT_CHARS_MAX)
            throw new IllegalArgumentException("a subject has 1 to " + SUBJECT_CHARS_MAX + " characters");
        firstName = name(firstName);
        lastName = name(lastName);
    }

    /// Names as the provider has them, on one line; a single one is taken apart at its last space.
    static Outer of(String issuer, String subject, @Nullable String email, boolean verified, String first, String last,
        String whole) {
        if (!first.isBlank() || !last.isBlank()) return new Outer(issuer, subject, email, verified, first, last);
        String plain = whole.strip();
        int space = plain.lastIndexOf(' ');
        return space < 0 ? new Outer(issuer, subject, email, verified, plain, "")
            : new Outer(issuer, subject, email, verified, plain.substring(0, space), plain.substring(space + 1));
    }

    private static String name(String text) {
        String plain = io.millrace.http.Texts.oneLine(text).strip();
        return plain.length() <= NAME_CHARS_MAX ? plain : plain.substring(0, NAME_CHARS_MAX).strip();
    }
}
