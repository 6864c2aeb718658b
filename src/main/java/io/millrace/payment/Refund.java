package io.millrace.payment;

import io.millrace.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Money on its way back, or back.
record Refund(UUID id, Money amount, String reason, List<RefundLine> lines, RefundStatus status,
    @Nullable String object, @Nullable String failure, int tries, Instant createdAt) {

    Refund at(RefundStatus next, @Nullable String object, @Nullable String failure) {
        return new Refund(id, amount, reason, lines, next, object == null ? this.object : object, failure, tries,
            createdAt);
    }
}
