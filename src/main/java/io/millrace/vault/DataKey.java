package io.millrace.vault;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// One AES-256 key in hand. Seals with GCM (NIST SP 800-38D): a fresh random 96-bit IV each time, a 128-bit tag, and
/// the [Place] as associated data. A sealed value is `version (1) | key id (8) | iv (12) | text and tag`.
///
/// Random IVs are good for 2^32 values of one key; a person has thousands.
public final class DataKey {
    static final int KEY_BYTES = 32;
    static final int ID_BYTES = 8;
    static final int IV_BYTES = 12;
    static final int TAG_BITS = 128;
    private static final int HEAD_BYTES = 1 + ID_BYTES + IV_BYTES;
    private static final byte VERSION = 1;
    private static final byte[] ID_OF = "millrace key id".getBytes(StandardCharsets.UTF_8);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] id;
    private final SecretKey key;

    DataKey(byte[] secret) {
        if (secret.length != KEY_BYTES) throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes");
        this.key = new SecretKeySpec(secret, "AES");
        this.id = idOf(secret);
    }

    static DataKey fresh() {
        byte[] secret = new byte[KEY_BYTES];
        RANDOM.nextBytes(secret);
        return new DataKey(secret);
    }

    public byte[] seal(Place place, String text) {
        return seal(place, text.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] seal(Place place, byte[] clear) {
        byte[] iv = new byte[IV_BYTES];
        RANDOM.nextBytes(iv);
        byte[] text = sealed(key, iv, place.bytes(), clear);
        return ByteBuffer.allocate(HEAD_BYTES + text.length).put(VERSION).put(id).put(iv).put(text).array();
    }

    public String openText(Place place, byte[] sealed) {
        return new String(open(place, sealed), StandardCharsets.UTF_8);
    }

    /// Fails with [Tampered] when it is not what this key sealed for this place.
    public byte[] open(Place place, byte[] sealed) {
        if (sealed.length < HEAD_BYTES + TAG_BITS / 8 || sealed[0] != VERSION)
            throw new Tampered("this is no sealed value");
        if (!Arrays.equals(keyId(sealed), id)) throw new Tampered("this was sealed with another key");
        byte[] iv = Arrays.copyOfRange(sealed, 1 + ID_BYTES, HEAD_BYTES);
        return opened(key, iv, place.bytes(), Arrays.copyOfRange(sealed, HEAD_BYTES, sealed.length));
    }

    /// Whether these bytes begin as a sealed value does; no text, JSON or form does.
    public static boolean isSealed(byte[] bytes) {
        return bytes.length >= HEAD_BYTES + TAG_BITS / 8 && bytes[0] == VERSION;
    }

    byte[] id() {
        return id.clone();
    }

    byte[] secret() {
        return key.getEncoded();
    }

    /// With which key a value was sealed.
    static byte[] keyId(byte[] sealed) {
        return Arrays.copyOfRange(sealed, 1, 1 + ID_BYTES);
    }

    static byte[] sealed(SecretKey key, byte[] iv, byte[] associated, byte[] clear) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, key, iv, associated).doFinal(clear);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] opened(SecretKey key, byte[] iv, byte[] associated, byte[] sealed) {
        try {
            return cipher(Cipher.DECRYPT_MODE, key, iv, associated).doFinal(sealed);
        } catch (AEADBadTagException e) {
            throw new Tampered("a sealed value was changed or stands in another place");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] iv, byte[] associated)
        throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(associated);
        return cipher;
    }

    /// Follows from the key and tells nothing about it, so it needs no book-keeping.
    private static byte[] idOf(byte[] secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ID_OF);
            return Arrays.copyOf(digest.digest(secret), ID_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Never the key.
    @Override public String toString() {
        return "DataKey";
    }
}
