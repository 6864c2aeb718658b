package io.millrace.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// How the chain is made and looked through: pure, so that the tests can be hard on it.
final class Chain {
    private static final int HASH_BYTES = 32;

    private Chain() {}

    /// The last link that is known to be good.
    record Head(long sequence, byte[] hash) {
        static final Head NONE = new Head(0, new byte[HASH_BYTES]);

        /// For people to keep elsewhere: `sequence:hash`.
        String text() {
            return sequence + ":" + HexFormat.of().formatHex(hash);
        }
    }

    /// A link as it lies there, with the text of its entry; null when the entry is gone.
    record Link(long sequence, long entry, byte[] hash, byte[] mac, @Nullable String words) {}

    /// The first thing that does not fit.
    record Broken(@Nullable Long sequence, @Nullable Long entry, String reason) {}

    /// How far somebody has looked.
    record Looked(Head head, @Nullable Broken broken) {
        static final Looked NOTHING = new Looked(Head.NONE, null);
    }

    static Link next(Head head, long entry, String words, UnaryOperator<byte[]> mac) {
        long sequence = head.sequence() + 1;
        byte[] hash = hash(head.hash(), sequence, words);
        return new Link(sequence, entry, hash, mac.apply(marked(sequence, hash)), words);
    }

    static Looked look(Looked sofar, List<Link> links, UnaryOperator<byte[]> mac) {
        Looked now = sofar;
        for (Link link : links) {
            if (now.broken() != null) return now;
            now = look(now.head(), link, mac);
        }
        return now;
    }

    private static Looked look(Head head, Link link, UnaryOperator<byte[]> mac) {
        long wanted = head.sequence() + 1;
        if (link.sequence() != wanted) return new Looked(head, new Broken(wanted, null, "this link is gone"));
        String words = link.words();
        if (words == null) return broken(head, link, "its entry is gone");
        if (!Arrays.equals(hash(head.hash(), wanted, words), link.hash()))
            return broken(head, link, "the entry is not what was sealed");
        if (!MessageDigest.isEqual(mac.apply(marked(wanted, link.hash())), link.mac()))
            return broken(head, link, "the seal is not ours");
        return new Looked(new Head(wanted, link.hash()), null);
    }

    private static Looked broken(Head head, Link link, String reason) {
        return new Looked(head, new Broken(link.sequence(), link.entry(), reason));
    }

    private static byte[] hash(byte[] before, long sequence, String words) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(before);
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
            return digest.digest(words.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] marked(long sequence, byte[] hash) {
        return ByteBuffer.allocate(Long.BYTES + hash.length).putLong(sequence).put(hash).array();
    }
}
