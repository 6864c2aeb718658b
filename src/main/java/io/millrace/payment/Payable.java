package io.millrace.payment;

import io.millrace.money.Money;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something to be paid: an opaque reference whose scheme belongs to the process that asks ("order:0198..."), a
/// positive sum, and the method, which is the name of a provider (`stripe`, `cod`).
///
/// Who may look at the payment: the account `payer`, or whoever holds the token whose SHA-256 (lower-case hex) is
/// `bearer`.
public record Payable(String ref, Money sum, String method, String channel, @Nullable UUID payer,
    @Nullable String bearer) {
    private static final int REF_CHARS_MAX = 120;

    public Payable {
        if (!ref.matches("[a-z]+:.+") || ref.length() > REF_CHARS_MAX)
            throw new IllegalArgumentException("a reference reads like order:0198");
        if (!sum.isPositive()) throw new IllegalArgumentException("a payment has a positive sum");
    }
}
