package io.millrace.storefront;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A whole answer, ready to be sent: bytes, strong tag, and the stamps of what it was made from. It is good as long as
/// its stamps are and its time has not come.
///
/// `status` 404 is an answer too: nobody asks the database twice for what is not there.
record Ready(int status, byte[] bytes, String etag, Stamp[] stamps, long[] at, long untilNanos) {
    /// What the answer costs besides its bytes.
    private static final int OVERHEAD_BYTES = 400;
    private static final int TAG_BYTES = 12;

    /// A count that moves on when something changed; an answer made before is then old.
    static final class Stamp {
        private final AtomicLong count = new AtomicLong();

        long now() {
            return count.get();
        }

        void move() {
            count.incrementAndGet();
        }
    }

    static Ready of(int status, byte[] bytes, @Nullable Long version, Stamp[] stamps, long[] at, long untilNanos) {
        String tag = "\"" + (version == null ? "" : "v" + version + "-") + digest(bytes) + "\"";
        return new Ready(status, bytes, tag, stamps, at, untilNanos);
    }

    boolean isGood(long nanos) {
        for (int i = 0; i < stamps.length; i++) if (stamps[i].now() != at[i]) return false;
        return nanos - untilNanos < 0;
    }

    int weight() {
        return bytes.length + OVERHEAD_BYTES;
    }

    static long[] read(Stamp[] stamps) {
        long[] at = new long[stamps.length];
        for (int i = 0; i < at.length; i++) at[i] = stamps[i].now();
        return at;
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(java.util.Arrays.copyOf(hash, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
