package io.millrace.payment;

import io.millrace.money.Money;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What can be heard about a payment; the rows of [Life].
sealed interface Heard {
    record Opened(String object, @Nullable String clientSecret, @Nullable String redirectUrl) implements Heard {}

    /// The provider was asked to open it and did not answer.
    record NoAnswer() implements Heard {}

    /// The provider will not open it.
    record Refused(String reason) implements Heard {}

    record Paid(String object, Money received) implements Heard {}

    record Declined(String object, @Nullable String attempt, String reason) implements Heard {}

    record Closed(String reason) implements Heard {}

    /// A refund stands as reported; `fresh` is the id for one that we did not ask for.
    record Returned(RefundReport report, UUID fresh) implements Heard {}

    /// The provider will never make this refund.
    record NotReturned(UUID refund, String reason) implements Heard {}

    /// The provider was asked for this refund and did not answer.
    record NotAnswered(UUID refund) implements Heard {}
}
