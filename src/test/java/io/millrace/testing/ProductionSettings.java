package io.millrace.testing;

import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/// All that a shop in production has to be told besides where its servers are, with values that it takes.
public final class ProductionSettings {
    private ProductionSettings() {}

    public static Map<String, String> all() {
        var settings = new HashMap<>(Map.of("millrace.admin.email", "owner@shop.example",
            "millrace.admin.password", "correct horse battery staple",
            "millrace.identity.signing-key", signingKey(),
            "millrace.vault.keys", "b25lIGtleSBvZiBhIHRlc3QsIDMyIGJ5dGVzIGxvbmc=",
            "millrace.payment.stripe.secret-key", "sk_live_of_a_test",
            "millrace.payment.stripe.publishable-key", "pk_live_of_a_test",
            "millrace.payment.stripe.webhook-secrets", "whsec_of_a_test_of_the_jar"));
        settings.putAll(Map.of("millrace.http.hosts", "shop.example", "millrace.public-url", "https://shop.example",
            "millrace.notification.sendgrid.api-key", "SG.of_a_test_of_the_jar",
            "millrace.notification.sendgrid.from", "orders@shop.example"));
        return settings;
    }

    /// A key to sign tokens with, in PEM; another one every time.
    public static String signingKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
