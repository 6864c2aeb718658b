package io.millrace.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.BlockPool;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.FixedBlockPool;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Argon2id (RFC 9106) as Bouncy Castle computes it, written as `$argon2id$v=19$m=19456,t=2,p=1$salt$hash` like
/// everywhere (Spring Security's encoder reads and writes the same).
///
/// Each thread that hashes keeps its 19 MiB: taken from the heap anew for every guess they were a gigabyte a second in
/// a flood, and the collector that took them away slowed everybody down. They go with the thread.
final class Argon2 {
    static final int MEMORY_KIB = 19 * 1024;
    static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    /// Blocks of 1 KiB that the computation needs besides its memory.
    private static final int WORKING_BLOCKS = 4;
    private static final Pattern WRITTEN = Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,3})"
        + "\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

    private final SecureRandom random = new SecureRandom();
    private final ThreadLocal<BlockPool> blocks =
        ThreadLocal.withInitial(() -> new FixedBlockPool(MEMORY_KIB + WORKING_BLOCKS));

    /// The hash of a password under a salt of its own, by today's parameters.
    String encode(String password) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return written(salt, hash(password, salt, MEMORY_KIB, PASSES, LANES, HASH_BYTES));
    }

    /// Whether the password is the one that was hashed, by the parameters of then; what cannot be read is nobody's.
    boolean matches(String password, String encoded) {
        Matcher parts = WRITTEN.matcher(encoded);
        if (!parts.matches()) return false;
        byte[] salt = Base64.getDecoder().decode(parts.group(4));
        byte[] hash = Base64.getDecoder().decode(parts.group(5));
        return MessageDigest.isEqual(hash, hash(password, salt, Integer.parseInt(parts.group(1)),
            Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)), hash.length));
    }

    /// Whether it was made with less memory or fewer passes than today's.
    boolean isOutdated(String encoded) {
        Matcher parts = WRITTEN.matcher(encoded);
        return !parts.matches() || Integer.parseInt(parts.group(1)) < MEMORY_KIB
            || Integer.parseInt(parts.group(2)) < PASSES;
    }

    /// A hash of today's parameters that no password has.
    static String nobodys() {
        return written(new byte[SALT_BYTES], new byte[HASH_BYTES]);
    }

    private static String written(byte[] salt, byte[] hash) {
        Base64.Encoder text = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s".formatted(MEMORY_KIB, PASSES, LANES, text.encodeToString(salt),
            text.encodeToString(hash));
    }

    private byte[] hash(String password, byte[] salt, int memoryKib, int passes, int lanes, int bytes) {
        Argon2Parameters.Builder parameters = new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13).withSalt(salt).withMemoryAsKB(memoryKib)
            .withIterations(passes).withParallelism(lanes).withBlockPool(blocks.get());
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(parameters.build());
        byte[] hash = new byte[bytes];
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }
}
