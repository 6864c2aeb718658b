package io.millrace.http;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/// Makes ids: UUIDv7 (RFC 9562), ordered by time, and unguessable tokens. The shell's business, never the core's.
public final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TOKEN_BYTES = 32;

    private final InstantSource clock;

    public Ids(InstantSource clock) {
        this.clock = clock;
    }

    public UUID next() {
        byte[] random = new byte[10];
        RANDOM.nextBytes(random);
        long high = clock.millis() << 16 | 0x7000 | (random[0] & 0x0f) << 8 | random[1] & 0xff;
        long low = 0;
        for (int i = 2; i < 10; i++) low = low << 8 | random[i] & 0xff;
        return new UUID(high, low & 0x3fffffffffffffffL | 0x8000000000000000L);
    }

    /// 256 random bits in URL-safe text; shown once, stored hashed.
    public static String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// Reads an id from a path or a body; anything else is simply not found.
    public static Optional<UUID> read(String text) {
        if (text.length() != 36) return Optional.empty();
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
