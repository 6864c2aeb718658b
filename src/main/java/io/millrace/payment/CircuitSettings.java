package io.millrace.payment;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// `millrace.payment.rest`: how long a provider that does not answer is left alone before it is tried again.
@ConfigurationProperties("millrace.payment")
record CircuitSettings(@DefaultValue("10s") Duration rest) {
    CircuitSettings {
        if (rest.isNegative() || rest.isZero()) throw new IllegalArgumentException("millrace.payment.rest is above 0");
    }
}
