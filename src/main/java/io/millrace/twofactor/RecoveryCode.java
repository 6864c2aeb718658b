package io.millrace.twofactor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.regex.Pattern;

/// One of the ten codes for the day the telephone is lost: 120 random bits, so a plain hash keeps it (ASVS 6.5.2),
/// written in four groups of six. What people add or change when copying (spaces, dashes, capitals) does not matter.
record RecoveryCode(String value) {
    static final int BYTES = 15;
    static final int COUNT = 10;
    private static final Pattern FORM = Pattern.compile("[a-z2-7]{24}");
    private static final int GROUP = 6;

    RecoveryCode {
        if (!FORM.matcher(value).matches()) throw new IllegalArgumentException("is not a recovery code");
    }

    static RecoveryCode of(byte[] random) {
        return new RecoveryCode(Base32.of(random).toLowerCase(Locale.ROOT));
    }

    /// Whether the text can be such a code at all.
    static boolean isLike(String text) {
        return FORM.matcher(plain(text)).matches();
    }

    static RecoveryCode read(String text) {
        return new RecoveryCode(plain(text));
    }

    private static String plain(String text) {
        return text.replaceAll("[\\s-]", "").toLowerCase(Locale.ROOT);
    }

    byte[] hash() {
        return sha256(value);
    }

    /// How what has its own randomness is kept.
    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As it is shown, once.
    String shown() {
        return String.join("-", value.substring(0, GROUP), value.substring(GROUP, 2 * GROUP),
            value.substring(2 * GROUP, 3 * GROUP), value.substring(3 * GROUP));
    }

    @Override public String toString() {
        return "RecoveryCode[...]";
    }
}
