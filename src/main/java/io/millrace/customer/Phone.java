package io.millrace.customer;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Phone numbers as E.164 writes them (`+233201234567`), so that one person's number is one text however it was typed.
public final class Phone {
    private static final Pattern INTERNATIONAL = Pattern.compile("\\+[1-9]\\d{7,14}");
    private static final Pattern NOISE = Pattern.compile("[\\s().\\-/]");
    private static final int TEXT_CHARS_MAX = 32;
    /// Calling codes of the countries that our channels ship to; a number without `+` is a national one.
    private static final Map<String, String> CODES = Map.of("US", "1", "CA", "1", "GB", "44", "IN", "91", "GH", "233",
        "NG", "234", "DE", "49", "FR", "33", "IL", "972");

    private Phone() {}

    /// The number in international form; empty when it cannot be one.
    public static Optional<String> normal(String typed, String country) {
        if (typed.length() > TEXT_CHARS_MAX) return Optional.empty();
        String digits = NOISE.matcher(typed).replaceAll("");
        String code = CODES.get(country);
        if (digits.startsWith("00")) digits = "+" + digits.substring(2);
        else
            if (!digits.startsWith("+") && code != null)
                digits = "+" + code + (digits.startsWith("0") ? digits.substring(1) : digits);
        return INTERNATIONAL.matcher(digits).matches() ? Optional.of(digits) : Optional.empty();
    }
}
