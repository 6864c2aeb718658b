package io.millrace.identity;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a new password must be: long enough, none that everybody tries first (NIST SP 800-63B, ASVS 5.0 V6.2), and of
/// the kinds of characters that a channel asks for. Lengths are counted in characters, not in bytes.
final class PasswordRules {
    static final int CHARS_MIN = 8;
    static final int CHARS_MAX = 128;
    /// The rules of channels that have none of their own.
    static final String EVERYWHERE = "default";
    private static final String LIST = "/identity/common-passwords.txt";

    private static final String SIGNS = "013457@$";
    private static final String LETTERS = "oieastas";

    private final Set<String> common;
    private final Map<String, Set<Kind>> kinds;

    PasswordRules(Map<String, Set<Kind>> kinds) {
        this.kinds = Map.copyOf(kinds);
        this.common = read();
    }

    /// Kinds of characters that may be asked for.
    enum Kind {
        LOWER("a small letter"), UPPER("a capital letter"), DIGIT("a digit"), SYMBOL(
            "a sign that is no letter or digit");

        private final String what;

        Kind(String what) {
            this.what = what;
        }

        static Kind of(int character) {
            if (Character.isLowerCase(character)) return LOWER;
            if (Character.isUpperCase(character)) return UPPER;
            return Character.isDigit(character) ? DIGIT : SYMBOL;
        }
    }

    /// Everything that is wrong with it, for people to read; empty when it may be used.
    List<String> wrong(String password, String channel, String email) {
        List<String> wrong = new ArrayList<>();
        int length = password.codePointCount(0, password.length());
        if (length < CHARS_MIN || length > CHARS_MAX)
            wrong.add("has %d to %d characters".formatted(CHARS_MIN, CHARS_MAX));
        else
            if (isCommon(password, email)) wrong.add("is one that everybody tries first");
        Set<Kind> held = password.codePoints().filter(character -> !Character.isLetter(character)
            || Character.isLowerCase(character) || Character.isUpperCase(character)).mapToObj(Kind::of)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Kind.class)));
        for (Kind kind : kinds.getOrDefault(channel, kinds.getOrDefault(EVERYWHERE, Set.of())))
            if (!held.contains(kind)) wrong.add("needs " + kind.what);
        return wrong;
    }

    /// On the list, whatever digits and signs are appended or stand for letters; a character or two again and again;
    /// the address itself.
    private boolean isCommon(String password, String email) {
        String plain = Passwords.normal(password).toLowerCase(Locale.ROOT);
        String mine = email.isEmpty() ? "" : email.substring(0, email.indexOf('@'));
        return isListed(plain) || isListed(plain.replaceAll("[\\d\\p{Punct}]+$", ""))
            || plain.codePoints().distinct().count() <= 2 || !email.isEmpty() && (plain.equals(email)
                || plain.equals(mine));
    }

    private boolean isListed(String word) {
        return common.contains(word) || common.contains(letters(word));
    }

    private static String letters(String word) {
        StringBuilder letters = new StringBuilder(word.length());
        for (int i = 0; i < word.length(); i++) {
            int at = SIGNS.indexOf(word.charAt(i));
            letters.append(at < 0 ? word.charAt(i) : LETTERS.charAt(at));
        }
        return letters.toString();
    }

    int size() {
        return common.size();
    }

    private static Set<String> read() {
        try (InputStream list = PasswordRules.class.getResourceAsStream(LIST)) {
            if (list == null) throw new IllegalStateException(LIST + " is missing");
            try (var lines = new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))) {
                return lines.lines().filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .collect(Collectors.toUnmodifiableSet());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
