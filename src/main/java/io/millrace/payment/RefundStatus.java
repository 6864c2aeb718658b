package io.millrace.payment;

import java.util.Locale;

/// Where a refund is: set aside, sent with no answer, accepted by the provider, done, or not to be.
enum RefundStatus {
    WANTED, UNKNOWN, SENT, SUCCEEDED, FAILED;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static RefundStatus read(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }

    boolean isUnderWay() {
        return this == WANTED || this == UNKNOWN || this == SENT;
    }
}
