package io.millrace.payment.stripe;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Stripe's webhook signature: `t=<unix seconds>,v1=<hex>[,v1=<hex>]`, HMAC-SHA256 over `t.body`, keyed with the whole
/// `whsec_...` string.
final class StripeSignature {
    /// Older is a replay, newer a forged clock; Stripe's own libraries look only at the past.
    static final Duration TOLERANCE = Duration.ofSeconds(300);
    private static final int HEADER_CHARS_MAX = 2_000;
    private static final int SIGNATURES_MAX = 8;
    private static final int HEX_CHARS = 64;

    private StripeSignature() {}

    static boolean isAuthentic(@Nullable String header, byte[] body, List<String> secrets, Instant now) {
        if (header == null || header.length() > HEADER_CHARS_MAX) return false;
        String time = "";
        List<byte[]> signatures = new ArrayList<>();
        for (String part : header.split(",")) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length != 2) continue;
            if (pair[0].equals("t")) time = pair[1];
            if (pair[0].equals("v1") && pair[1].length() == HEX_CHARS && signatures.size() < SIGNATURES_MAX)
                signatures.add(pair[1].getBytes(StandardCharsets.US_ASCII));
        }
        if (!time.matches("\\d{1,12}") || signatures.isEmpty()) return false;
        long ageSeconds = now.getEpochSecond() - Long.parseLong(time);
        if (Math.abs(ageSeconds) > TOLERANCE.toSeconds()) return false;
        boolean authentic = false;
        for (String secret : secrets) {
            byte[] expected = sign(time, body, secret).getBytes(StandardCharsets.US_ASCII);
            for (byte[] signature : signatures) authentic |= MessageDigest.isEqual(expected, signature);
        }
        return authentic;
    }

    /// The `v1` of a body at a time, lower-case hex.
    static String sign(String time, byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update(time.getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) '.');
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
