package io.millrace.customer;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// `millrace.customer.kyc.*`: the house that verifies documents. A base URL that begins with a slash is on this shop's
/// own port (the sandbox); without a base URL nobody verifies, and documents wait.
@ConfigurationProperties("millrace.customer.kyc")
record KycSettings(@DefaultValue("") String baseUrl, @DefaultValue("") String key,
    @DefaultValue("3s") Duration timeout) {
    private static final Duration TIMEOUT_MAX = Duration.ofSeconds(30);

    KycSettings {
        if (!baseUrl.isEmpty() && key.isBlank())
            throw new IllegalArgumentException("millrace.customer.kyc.key is missing or blank");
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0)
            throw new IllegalArgumentException("millrace.customer.kyc.timeout is above 0 and at most 30 s");
    }

    /// Secrets stay out of logs.
    @Override public String toString() {
        return "KycSettings[" + baseUrl + "]";
    }
}
