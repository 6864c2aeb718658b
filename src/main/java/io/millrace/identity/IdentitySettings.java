package io.millrace.identity;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings `millrace.identity.*`. The signing key is a private JWK or PKCS#8 PEM on P-256; empty means development.
@ConfigurationProperties("millrace.identity")
record IdentitySettings(@DefaultValue("") String signingKey, @DefaultValue("") String verificationKeys,
    @DefaultValue("90d") Duration rotateKeysEvery, @DefaultValue("millrace") String issuer,
    @DefaultValue("millrace-api") String audience, @DefaultValue("millrace-staff") String staffAudience,
    @DefaultValue("1h") Duration accessLife, @DefaultValue("30d") Duration refreshLife,
    @DefaultValue("false") boolean unverifiedLogin, @DefaultValue("200ms") Duration mailedAfter,
    @DefaultValue Map<String, Set<PasswordRules.Kind>> passwordKinds) {

    @Override public String toString() {
        return "IdentitySettings[issuer=%s, audience=%s]".formatted(issuer, audience);
    }
}
