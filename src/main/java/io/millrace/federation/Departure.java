package io.millrace.federation;

import io.millrace.http.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Somebody's journey to a provider, as his browser carries it in a signed cookie. What comes back counts only in the
/// browser that left. PKCE verifier and nonce follow from the state under the shop's key: the cookie holds no secret.
///
/// `challenge` is the storefront's own PKCE challenge, which the exchange must answer; `account` is set when a
/// signed-in person links an outer identity.
record Departure(String state, String provider, @Nullable String returnTo, @Nullable String challenge,
    @Nullable UUID account, Instant until) {
    /// How long somebody may take at the provider.
    static final Duration LIFE = Duration.ofMinutes(10);
    private static final int COOKIE_CHARS_MAX = 2_048;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    String cookie(byte[] key) {
        String payload = ENCODER.encodeToString(Json.bytes(this));
        return payload + "." + mac(key, "cookie", payload);
    }

    /// The journey that a cookie tells of, when we signed it and it is not over.
    static Optional<Departure> read(@Nullable String cookie, byte[] key, Instant now) {
        if (cookie == null || cookie.length() > COOKIE_CHARS_MAX) return Optional.empty();
        int dot = cookie.indexOf('.');
        if (dot < 0 || !same(mac(key, "cookie", cookie.substring(0, dot)), cookie.substring(dot + 1)))
            return Optional.empty();
        try {
            byte[] json = Base64.getUrlDecoder().decode(cookie.substring(0, dot));
            return Optional.of(Json.OURS.readValue(json, Departure.class)).filter(read -> now.isBefore(read.until));
        } catch (IllegalArgumentException | JacksonException e) {
            return Optional.empty();
        }
    }

    boolean isOf(@Nullable String answered) {
        return answered != null && same(state, answered);
    }

    /// RFC 7636: 43 characters.
    String verifier(byte[] key) {
        return mac(key, "verifier", state);
    }

    String nonce(byte[] key) {
        return mac(key, "nonce", state);
    }

    /// What of the state is kept once it is used up.
    byte[] stateHash() {
        return sha256(state);
    }

    /// `S256` of RFC 7636.
    static String challenge(String verifier) {
        return ENCODER.encodeToString(sha256(verifier));
    }

    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String mac(byte[] key, String purpose, String text) {
        return ENCODER.encodeToString(hmac(key, purpose + "|" + text));
    }

    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
