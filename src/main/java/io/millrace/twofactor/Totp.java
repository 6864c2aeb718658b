package io.millrace.twofactor;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// One-time codes: RFC 4226 over a counter, RFC 6238 over the clock. Pure; six digits of HMAC-SHA1 every 30 seconds,
/// because that is what authenticator apps take, whatever else they are told.
final class Totp {
    static final String SHA1 = "HmacSHA1";
    static final int DIGITS = 6;
    static final int STEP_SECONDS = 30;
    /// RFC 4226 recommends 160 bits.
    static final int SECRET_BYTES = 20;
    /// Clocks and thumbs are this many steps off at most.
    private static final int STEPS_OFF_MAX = 1;

    private Totp() {}

    /// RFC 4226: the code of a counter.
    static String code(byte[] secret, long counter, int digits, String algorithm) {
        byte[] mac = hmac(secret, ByteBuffer.allocate(Long.BYTES).putLong(counter).array(), algorithm);
        int offset = mac[mac.length - 1] & 0x0f;
        int truncated = ByteBuffer.wrap(mac, offset, Integer.BYTES).getInt() & 0x7fffffff;
        return String.format(Locale.ROOT, "%0" + digits + "d", truncated % power(digits));
    }

    /// RFC 6238: which step of 30 seconds a moment belongs to.
    static long step(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), STEP_SECONDS);
    }

    /// The step that this code belongs to: the present one or a neighbour, but only a later one than was accepted last,
    /// so that a code is good once (RFC 6238, 5.2). Takes the same time for every wrong code.
    static OptionalLong accepted(byte[] secret, String code, Instant now, long lastStep) {
        byte[] typed = code.getBytes(StandardCharsets.UTF_8);
        long found = Long.MIN_VALUE;
        for (long step = step(now) - STEPS_OFF_MAX; step <= step(now) + STEPS_OFF_MAX; step++) {
            byte[] right = code(secret, step, DIGITS, SHA1).getBytes(StandardCharsets.UTF_8);
            if (MessageDigest.isEqual(right, typed) && step > lastStep) found = step;
        }
        return found == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(found);
    }

    /// What an authenticator app reads from the QR code.
    static String uri(String issuer, String account, byte[] secret) {
        return "otpauth://totp/" + encoded(issuer) + ":" + encoded(account) + "?secret=" + Base32.of(secret)
            + "&issuer=" + encoded(issuer) + "&algorithm=SHA1&digits=" + DIGITS + "&period=" + STEP_SECONDS;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static byte[] hmac(byte[] secret, byte[] message, String algorithm) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int power(int digits) {
        int power = 1;
        for (int i = 0; i < digits; i++) power *= 10;
        return power;
    }
}
