package io.millrace.vault;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How private things look to who may not see them: recognisable to who knows them, useless to who does not.
public final class Masks {
    private static final int PHONE_SHOWN = 4;
    private static final Pattern EMAIL = Pattern.compile(
        "([\\p{L}\\p{N}._%+'-]{1,64}+)@((?:[\\p{L}\\p{N}-]{1,63}+\\.){1,8}\\p{L}{2,24}+)");
    private static final Pattern PHONE = Pattern.compile("(?<![\\w+])\\+\\d(?:[ ().-]{0,2}+\\d){7,14}(?!\\d)");
    private static final Pattern NAMED_PHONE = Pattern.compile(
        "(?i)(phone|mobile|tel)(\"?\\s*[=:]\\s*\"?)(\\d(?:[ ().-]?\\d){6,14})");
    private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer|basic)\\s+[A-Za-z0-9._~+/=-]{8,}+");
    private static final Pattern JWT = Pattern.compile("\\beyJ[\\w-]{4,}+\\.[\\w-]{4,}+\\.[\\w-]*+");
    private static final Pattern SECRET = Pattern.compile("\\b(sk|rk|whsec)_[\\w-]{4,}+");
    private static final Pattern NAMED = Pattern.compile(
        "(?i)((?:password|passwd|secret|token|api_?key)\"?\\s*[=:]\\s*)"
            + "(\"[^\"]*+\"?|[^\\s,;&\"}\\])]++)");
    private static final Pattern IN_URL = Pattern.compile("(://[^\\s/:@]{1,64}+):[^\\s/@]++@");

    private Masks() {}

    /// `+2332*****567` keeps the last four digits: `*********4567`.
    public static String phone(String phone) {
        StringBuilder masked = new StringBuilder(phone);
        int shown = 0;
        for (int i = phone.length() - 1; i >= 0; i--) {
            if (!Character.isDigit(phone.charAt(i))) continue;
            if (shown < PHONE_SHOWN) shown++;
            else masked.setCharAt(i, '*');
        }
        return masked.toString();
    }

    /// `ada.lovelace@example.com` becomes `a**********e@example.com`.
    public static String email(String email) {
        int at = email.lastIndexOf('@');
        if (at < 0) return text(email);
        return text(email.substring(0, at)) + email.substring(at);
    }

    /// All but the first and last character.
    public static String text(String text) {
        int length = text.codePointCount(0, text.length());
        if (length <= 2) return "*".repeat(length);
        return text.substring(0, text.offsetByCodePoints(0, 1)) + "*".repeat(length - 2)
            + text.substring(text.offsetByCodePoints(text.length(), -1));
    }

    /// All but the last four characters.
    public static String card(String number) {
        int from = Math.max(0, number.length() - PHONE_SHOWN);
        return "*".repeat(from) + number.substring(from);
    }

    /// A line of a log without e-mail addresses, phones, card numbers, tokens and secrets. Words that only look like
    /// one may be masked too; ids, times and amounts are not.
    public static String line(String line) {
        String masked = line;
        if (masked.indexOf('@') >= 0) {
            masked = IN_URL.matcher(masked).replaceAll("$1:***@");
            masked = EMAIL.matcher(masked).replaceAll(found -> Matcher.quoteReplacement(email(found.group())));
        }
        if (masked.indexOf('+') >= 0)
            masked = PHONE.matcher(masked).replaceAll(found -> Matcher.quoteReplacement(phone(found.group())));
        masked = NAMED_PHONE.matcher(masked).replaceAll(
            found -> Matcher.quoteReplacement(found.group(1) + found.group(2) + phone(found.group(3))));
        masked = BEARER.matcher(masked).replaceAll("$1 ***");
        masked = JWT.matcher(masked).replaceAll("***");
        masked = SECRET.matcher(masked).replaceAll("$1_***");
        masked = NAMED.matcher(masked).replaceAll("$1***");
        return CardNumbers.masked(masked);
    }
}
