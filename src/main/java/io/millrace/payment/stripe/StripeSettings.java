package io.millrace.payment.stripe;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// `millrace.payment.stripe.*`. A base URL that begins with a slash is on this shop's own port (the sandbox). Two
/// webhook secrets are active while they rotate. A blank secret would make every forgery authentic, so it is refused.
@ConfigurationProperties("millrace.payment.stripe")
record StripeSettings(@DefaultValue("https://api.stripe.com") String baseUrl, String secretKey,
    @Nullable String publishableKey, List<String> webhookSecrets, @DefaultValue("3s") Duration timeout) {
    private static final int SECRETS_MAX = 4;
    private static final Duration TIMEOUT_MAX = Duration.ofSeconds(30);

    StripeSettings {
        if (secretKey == null || secretKey.isBlank())
            throw new IllegalArgumentException("millrace.payment.stripe.secret-key is missing or blank");
        if (webhookSecrets == null || webhookSecrets.isEmpty() || webhookSecrets.size() > SECRETS_MAX
            || webhookSecrets.stream().anyMatch(secret -> secret == null || secret.isBlank()))
            throw new IllegalArgumentException(
                "millrace.payment.stripe.webhook-secrets needs 1 to " + SECRETS_MAX + " secrets, none of them blank");
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0)
            throw new IllegalArgumentException("millrace.payment.stripe.timeout is above 0 and at most 30 s");
        webhookSecrets = List.copyOf(webhookSecrets);
    }

    boolean live() {
        return secretKey.startsWith("sk_live") || secretKey.startsWith("rk_live");
    }

    /// Secrets stay out of logs.
    @Override public String toString() {
        return "StripeSettings[" + baseUrl + "]";
    }
}
