package io.millrace.identity;

import java.util.regex.Pattern;

/// A phone number as people type it: digits with an optional plus, spaces, dashes, dots and brackets between.
final class Phone {
    private static final Pattern TYPED = Pattern.compile("\\+?[0-9][0-9 ().-]{4,30}");

    private Phone() {}

    static boolean isValid(String text) {
        return TYPED.matcher(text).matches();
    }
}
