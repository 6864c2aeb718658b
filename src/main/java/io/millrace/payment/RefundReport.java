package io.millrace.payment;

import io.millrace.money.Money;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a provider says of one refund; `refund` is our id when it was we who asked for it.
public record RefundReport(String object, @Nullable UUID refund, Money amount, Stand stand, @Nullable String reason) {
    public enum Stand { PENDING, SUCCEEDED, FAILED }
}
