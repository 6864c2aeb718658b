package io.millrace.vault;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds what looks like the number of a payment card, so that none is ever taken, kept or logged: as many digits as
/// the issuer's range has, spaced or not, with the right check digit (Luhn, ISO/IEC 7812).
///
/// Only ranges that are issued and lengths that they have: thirteen digits (an EAN, many phones) are never a card here,
/// and a number that goes on into letters or further groups (a UUID, a tracking number of 20) is none. Of random
/// numbers of 16 digits about 1 in 50 passes, so fields that hold numbers of others are not asked.
public final class CardNumbers {
    static final int DIGITS_MIN = 14;
    static final int DIGITS_MAX = 19;
    private static final Pattern RUN = Pattern.compile("(?<![\\w+.-])\\d(?:[ -]?\\d){13,18}(?![\\w-]|[ .]\\d)");
    /// Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay, RuPay, Verve, Mir.
    private static final Pattern ISSUED = Pattern.compile("4\\d{15}(\\d{3})?|5[1-5]\\d{14}"
        + "|2(22[1-9]|2[3-9]\\d|[3-6]\\d\\d|7[01]\\d|720)\\d{12}|3[47]\\d{13}|3(0[0-5]|[68]\\d)\\d{11,16}"
        + "|35(2[89]|[3-8]\\d)\\d{12,15}|6(011|4[4-9]\\d|5\\d\\d)\\d{12,15}|62\\d{14,17}|(60|65|81|82)\\d{14}"
        + "|508\\d{13}|506[01]\\d{12}(\\d{2,3})?|220[0-4]\\d{12,15}");

    private CardNumbers() {}

    /// The first one in the text, masked: `**** 4242`.
    public static Optional<String> in(String text) {
        Matcher runs = RUN.matcher(text);
        while (runs.find()) {
            String digits = digits(runs.group());
            if (isCard(digits)) return Optional.of("**** " + digits.substring(digits.length() - 4));
        }
        return Optional.empty();
    }

    /// The text with all of them masked.
    static String masked(String text) {
        return RUN.matcher(text).replaceAll(run -> {
            String digits = digits(run.group());
            return isCard(digits) ? "**** " + digits.substring(digits.length() - 4)
                : Matcher.quoteReplacement(run.group());
        });
    }

    /// Whether there may be one at all: one look at each byte, so that all others need not be looked at closely.
    public static boolean mayBeIn(byte[] utf8) {
        int digits = 0;
        for (byte b : utf8) {
            if (b >= '0' && b <= '9') {
                if (++digits >= DIGITS_MIN) return true;
            } else if (b != ' ' && b != '-') digits = 0;
        }
        return false;
    }

    static boolean isCard(String digits) {
        if (digits.length() < DIGITS_MIN || digits.length() > DIGITS_MAX || !ISSUED.matcher(digits).matches())
            return false;
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            if (i % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }

    private static String digits(String run) {
        byte[] bytes = run.getBytes(StandardCharsets.US_ASCII);
        StringBuilder digits = new StringBuilder(DIGITS_MAX);
        for (byte b : bytes) if (b >= '0' && b <= '9') digits.append((char) b);
        return digits.toString();
    }
}
