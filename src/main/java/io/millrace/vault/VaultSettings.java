package io.millrace.vault;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/// `millrace.vault.keys`: master keys, 32 bytes each in base64, by comma. The first wraps, all unwrap: put a new one in
/// front, and take the old one away when `millrace.vault.keys.old` is 0.
@ConfigurationProperties("millrace.vault")
record VaultSettings(List<String> keys) {
    private static final int KEYS_MAX = 8;

    VaultSettings {
        if (keys == null || keys.isEmpty() || keys.size() > KEYS_MAX)
            throw new IllegalArgumentException("millrace.vault.keys names 1 to " + KEYS_MAX + " keys");
        keys = List.copyOf(keys);
    }

    /// Secrets stay out of logs.
    @Override public String toString() {
        return "VaultSettings[" + keys.size() + " keys]";
    }
}
