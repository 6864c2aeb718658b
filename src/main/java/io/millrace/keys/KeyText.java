package io.millrace.keys;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// The text of a key: a prefix that says what it is (also to those who search code for leaked secrets), 256 random
/// bits, and a checksum, so that a mistyped or invented key is refused without a look anywhere.
record KeyText(String value) {
    static final String PERSONAL = "mrp_";
    static final String PUBLISHABLE = "pk_";
    static final String SECRET = "sk_";
    static final int RANDOM_BYTES = 32;
    static final int CHARS_MAX = 128;
    private static final int HINT_CHARS = 4;
    private static final int RADIX = Character.MAX_RADIX;
    private static final int RANDOM_CHARS = 50;
    private static final int CHECK_CHARS = 7;
    private static final Pattern FORM =
        Pattern.compile("(?:mrp_|(?:pk|sk)_[a-z0-9-]{1,40}_)[0-9a-z]{" + (RANDOM_CHARS + CHECK_CHARS) + "}");

    KeyText {
        if (!isLike(value)) throw new IllegalArgumentException("is not a key");
    }

    static KeyText personal(byte[] random) {
        return made(PERSONAL, random);
    }

    static KeyText publishable(String channel, byte[] random) {
        return made(PUBLISHABLE + channel + "_", random);
    }

    static KeyText secret(String channel, byte[] random) {
        return made(SECRET + channel + "_", random);
    }

    private static KeyText made(String prefix, byte[] random) {
        String text = prefix + padded(new BigInteger(1, random).toString(RADIX), RANDOM_CHARS);
        return new KeyText(text + check(text));
    }

    /// Whether this is the text of a key that somebody may have got from us.
    static boolean isLike(String text) {
        if (text.length() > CHARS_MAX || !FORM.matcher(text).matches()) return false;
        int end = text.length() - CHECK_CHARS;
        return check(text.substring(0, end)).equals(text.substring(end));
    }

    byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// By what its owner knows it again.
    String hint() {
        return value.substring(value.length() - HINT_CHARS);
    }

    private static String check(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return padded(Long.toString(crc.getValue(), RADIX), CHECK_CHARS);
    }

    private static String padded(String text, int length) {
        return "0".repeat(length - text.length()) + text;
    }

    @Override public String toString() {
        return "KeyText[..." + hint() + "]";
    }
}
