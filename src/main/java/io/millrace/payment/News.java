package io.millrace.payment;

import io.millrace.money.Money;

/// What [Life] decided that the world must hear; each becomes one fact, and those about money a journal too.
sealed interface News {
    record Opened() implements News {}

    record Captured() implements News {}

    record Declined(String reason) implements News {}

    record Cancelled(String reason) implements News {}

    /// `refunded` is the sum of all refunds after this one.
    record Refunded(Refund refund, Money refunded) implements News {}

    /// `booked` says that the refund had succeeded before it came back.
    record RefundFailed(Refund refund, Money refunded, String reason, boolean booked) implements News {}

    record Quarantined(String reason) implements News {}
}
