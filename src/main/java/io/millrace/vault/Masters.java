package io.millrace.vault;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// The master keys: the first wraps, all unwrap.
final class Masters {
    private static final String PERSONS = "vault.keys";

    private final DataKey newest;
    private final Map<String, DataKey> byId = new LinkedHashMap<>();

    private Masters(List<DataKey> keys) {
        this.newest = keys.getFirst();
        for (DataKey key : keys) byId.put(hex(key.id()), key);
    }

    /// Keys of 32 bytes in base64. Never tells the text in its message.
    static Masters of(List<String> texts) {
        if (texts.isEmpty()) throw new IllegalArgumentException("millrace.vault.keys names no key");
        return new Masters(texts.stream().map(Masters::key).toList());
    }

    private static DataKey key(String text) {
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a key of millrace.vault.keys is not base64");
        }
        if (secret.length != DataKey.KEY_BYTES)
            throw new IllegalArgumentException("a key of millrace.vault.keys has not 32 bytes");
        return new DataKey(secret);
    }

    byte[] wrap(Place place, DataKey key) {
        return newest.seal(place, key.secret());
    }

    DataKey unwrap(Place place, byte[] wrapped) {
        String id = hex(DataKey.keyId(wrapped));
        DataKey master = byId.get(id);
        if (master == null)
            throw new IllegalStateException("a key was wrapped by the master key " + id
                + ", which millrace.vault.keys does not name");
        return new DataKey(master.open(place, wrapped));
    }

    boolean isNewest(byte[] wrapped) {
        return Arrays.equals(DataKey.keyId(wrapped), newest.id());
    }

    /// The ids of those that unwrap but no longer wrap.
    List<byte[]> older() {
        return byId.values().stream().map(DataKey::id).filter(id -> !Arrays.equals(id, newest.id())).toList();
    }

    static Place of(UUID person) {
        return Place.of(PERSONS, person);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
