package io.millrace.customer;

import io.millrace.http.Fields;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds what looks like a card's number, however it is spaced, so that none is ever kept: 13 to 19 digits whose check
/// digit is right (Luhn, ISO/IEC 7812).
final class CardNumbers {
    static final String REFUSAL = "looks like a card number: never send one, only a provider's token";
    private static final int DIGITS_USUAL = 16;
    private static final int DIGITS_MAX = 19;
    private static final Pattern DIGITS = Pattern.compile("\\d(?:[ .\\-_/]{0,2}\\d){12,}");

    private CardNumbers() {}

    /// The first one in the text, masked: `**** 4242`. A run of digits longer than any card's is looked at in pieces
    /// of the usual length.
    static Optional<String> in(String text) {
        Matcher runs = DIGITS.matcher(text);
        while (runs.find()) {
            String digits = runs.group().replaceAll("\\D", "");
            int length = digits.length() <= DIGITS_MAX ? digits.length() : DIGITS_USUAL;
            for (int from = 0; from + length <= digits.length(); from++) {
                String card = digits.substring(from, from + length);
                if (isCard(card)) return Optional.of("**** " + card.substring(length - 4));
            }
        }
        return Optional.empty();
    }

    static void refuse(Fields fields, String field, @Nullable String text) {
        if (text != null && in(text).isPresent()) fields.wrong(field, REFUSAL);
    }

    /// One industry digit and a right check digit; all zeros pass the sum but are nobody's.
    private static boolean isCard(String digits) {
        if (digits.charAt(0) < '2' || digits.charAt(0) > '6') return false;
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            if (i % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }
}
