package io.millrace.payment;

import java.util.Locale;

/// Where a payment is in its life. `wire()` is the word that clients and the database see.
public enum PaymentStatus {
    /// Wanted and committed; the provider was not asked yet.
    CREATED,
    /// The provider was asked to open it and did not answer; asked again under the same key.
    UNKNOWN,
    /// The payer can pay, or has yet to do something.
    PENDING,
    /// The last attempt was declined; the payer may try again.
    DECLINED,
    /// The provider will never take it (it refused to open it).
    FAILED, CAPTURED, PARTIALLY_REFUNDED, REFUNDED, CANCELLED,
    /// Money moved in a way that nobody asked for: a person decides.
    REVIEW;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PaymentStatus read(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }

    /// Whether the payer may still pay.
    public boolean isOpen() {
        return this == CREATED || this == UNKNOWN || this == PENDING || this == DECLINED;
    }

    /// Whether the money came in, whatever went back since.
    public boolean isPaid() {
        return this == CAPTURED || this == PARTIALLY_REFUNDED || this == REFUNDED;
    }
}
