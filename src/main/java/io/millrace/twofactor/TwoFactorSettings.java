package io.millrace.twofactor;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings `millrace.identity.totp.*`: the name under which authenticator apps show a code of this shop.
@ConfigurationProperties("millrace.identity.totp")
record TwoFactorSettings(@DefaultValue("Millrace") String issuer) {}
