package io.millrace.ordering;

import io.millrace.money.Money;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An order as its life sees it: where it stands on the four axes, what it costs, and who paid it with what.
///
/// `payment` is the attempt that is open or was the last; `paidBy` the attempt that paid, null while nobody has.
/// `version` counts the facts told about it, without gaps.
record Order(UUID id, long version, OrderStatus status, OrderStatus.Payment money, OrderStatus.Fulfilment goods,
    OrderStatus.Stock stock, Money total, Money refunded, UUID payment, @Nullable UUID paidBy, UUID reservation,
    @Nullable String cancelReason) {
    /// The reason of an order that nobody paid before its stock went back; such an order may still be revived.
    static final String EXPIRED = "payment_expired";
    static final String SCHEME = "order:";

    /// How the floors below refer to it, and the aggregate of its facts.
    String ref() {
        return SCHEME + id;
    }

    boolean isExpired() {
        return EXPIRED.equals(cancelReason);
    }

    Money refundable() {
        return total.minus(refunded);
    }

    Order at(OrderStatus next) {
        return new Order(id, version, next, money, goods, stock, total, refunded, payment, paidBy, reservation,
            next == OrderStatus.CANCELLED ? cancelReason : null);
    }

    Order at(OrderStatus.Payment next) {
        return new Order(id, version, status, next, goods, stock, total, refunded, payment, paidBy, reservation,
            cancelReason);
    }

    Order at(OrderStatus.Fulfilment next) {
        return new Order(id, version, status, money, next, stock, total, refunded, payment, paidBy, reservation,
            cancelReason);
    }

    Order at(OrderStatus.Stock next) {
        return new Order(id, version, status, money, goods, next, total, refunded, payment, paidBy, reservation,
            cancelReason);
    }

    Order cancelledBecause(String reason) {
        return new Order(id, version, OrderStatus.CANCELLED, money, OrderStatus.Fulfilment.CANCELLED, stock, total,
            refunded, payment, paidBy, reservation, reason);
    }

    Order paidBy(UUID attempt) {
        return new Order(id, version, status, OrderStatus.Payment.PAID, goods, stock, total, refunded, attempt,
            attempt, reservation, cancelReason);
    }

    Order awaiting(UUID attempt) {
        return new Order(id, version, status, OrderStatus.Payment.PENDING, goods, stock, total, refunded, attempt,
            paidBy, reservation, cancelReason);
    }

    Order refunding(Money more) {
        return new Order(id, version, status, money, goods, stock, total, refunded.plus(more), payment, paidBy,
            reservation, cancelReason);
    }

    Order versioned(long next) {
        return new Order(id, next, status, money, goods, stock, total, refunded, payment, paidBy, reservation,
            cancelReason);
    }
}
