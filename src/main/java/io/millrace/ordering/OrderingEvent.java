package io.millrace.ordering;

import io.millrace.messaging.Fact;
import io.millrace.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Everything that is ever told about an order. `aggregate` is `order:<id>`; versions count from 1 without gaps.
/// No names, addresses or phone numbers: an order's person may be forgotten, its facts may not.
public sealed interface OrderingEvent extends Fact {
    /// The name that buyers' streams give a fact: `ordering.OrderShipped` is `order.shipped`.
    static String word(String type) {
        String name = type.substring(type.indexOf('.') + 1);
        String own = name.startsWith("Order") ? name.substring("Order".length()) : name;
        return "order." + own.replaceAll("(?<=[a-z])([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /// One line of a placed order, as bought.
    record Line(UUID variantId, @Nullable UUID productId, String sku, String name, int quantity, Money unitPrice,
        Money lineTotal) {}

    record OrderPlaced(UUID id, String aggregate, long version, Instant at, String channel, @Nullable UUID account,
        List<Line> lines, Money subtotal, Money discountTotal, Money shippingTotal, Money taxTotal, Money total,
        String method) implements OrderingEvent {}

    record OrderPaid(UUID id, String aggregate, long version, Instant at, UUID payment, Money amount)
        implements
            OrderingEvent {}

    /// An attempt to pay failed; the order waits for another until its stock lapses.
    record PaymentFailed(UUID id, String aggregate, long version, Instant at, UUID payment, String reason)
        implements
            OrderingEvent {}

    record PaymentRetried(UUID id, String aggregate, long version, Instant at, UUID payment, String method)
        implements
            OrderingEvent {}

    /// Money came that the order cannot use (too late, or twice); it goes back.
    record PaymentReturned(UUID id, String aggregate, long version, Instant at, UUID payment, Money amount,
        String reason) implements OrderingEvent {}

    record OrderConfirmed(UUID id, String aggregate, long version, Instant at) implements OrderingEvent {}

    record OrderPacked(UUID id, String aggregate, long version, Instant at) implements OrderingEvent {}

    record OrderShipped(UUID id, String aggregate, long version, Instant at, @Nullable String carrier,
        @Nullable String trackingNumber) implements OrderingEvent {}

    record OrderDelivered(UUID id, String aggregate, long version, Instant at) implements OrderingEvent {}

    record OrderCompleted(UUID id, String aggregate, long version, Instant at) implements OrderingEvent {}

    record OrderCancelled(UUID id, String aggregate, long version, Instant at, String by, String reason)
        implements
            OrderingEvent {}

    record OrderRefunded(UUID id, String aggregate, long version, Instant at, UUID payment, Money amount,
        Money refundedTotal) implements OrderingEvent {}
}
