package io.millrace.ordering;

import io.millrace.money.Money;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// The life of an order, as one table: what it makes of each fact in each state. Pure; every switch names every state,
/// so that a new one does not compile until somebody has thought about it.
final class OrderLife {
    private OrderLife() {}

    /// When a decision is taken, and where the ids of what it tells come from.
    record Moment(Instant at, Supplier<UUID> ids) {}

    static Decision decide(Order order, OrderFact fact, Moment moment) {
        return switch (fact) {
            case OrderFact.PaymentCaptured paid -> captured(order, paid, moment);
            case OrderFact.PaymentDeclined no -> declined(order, fact, no.payment(), no.reason(), moment);
            case OrderFact.PaymentCancelled no -> declined(order, fact, no.payment(), "cancelled", moment);
            case OrderFact.PaymentRefunded back -> refunded(order, back, moment);
            case OrderFact.RefundFailed no -> new Decision.Unexpected(order, no);
            case OrderFact.StockLapsed gone -> lapsed(order, gone, moment);
            case OrderFact.CancelWanted wish -> cancel(order, wish, moment);
            case OrderFact.RetryWanted wish -> retry(order, wish, moment);
            case OrderFact.PackWanted wish -> pack(order, moment);
            case OrderFact.ShipWanted wish -> ship(order, wish, moment);
            case OrderFact.DeliverWanted wish -> deliver(order, moment);
            case OrderFact.CompleteWanted wish -> complete(order, moment);
        };
    }

    private static Decision captured(Order order, OrderFact.PaymentCaptured paid, Moment moment) {
        // a wrong sum was quarantined by payment; should one slip through, no goods leave for it
        if (!paid.amount().equals(order.total())) return new Decision.Unexpected(order, paid);
        if (paid.payment().equals(order.paidBy())) return new Decision.Unexpected(order, paid);
        if (order.paidBy() != null) return sentBack(order, paid, "paid_twice", moment);
        return switch (order.status()) {
            case PENDING_PAYMENT -> confirmed(order, paid, new Effect.CommitStock(order.reservation()), moment);
            case CONFIRMED, PROCESSING, SHIPPED, DELIVERED -> order.money() == OrderStatus.Payment.DUE
                ? tell(order.paidBy(paid.payment()), moment).paid(paid).moved()
                : new Decision.Unexpected(order, paid);
            case COMPLETED -> new Decision.Unexpected(order, paid);
            case CANCELLED -> order.isExpired() && paid.goodsFree()
                ? confirmed(order.at(OrderStatus.Fulfilment.UNFULFILLED), paid,
                    new Effect.RetakeStock(order.reservation()), moment)
                : sentBack(order.paidBy(paid.payment()).at(OrderStatus.Payment.REFUNDING), paid,
                    order.isExpired() ? "paid_too_late" : "order_cancelled", moment);
        };
    }

    private static Decision confirmed(Order order, OrderFact.PaymentCaptured paid, Effect stock, Moment moment) {
        Order next = order.paidBy(paid.payment()).at(OrderStatus.CONFIRMED).at(OrderStatus.Stock.TAKEN);
        Telling telling = tell(next, moment).paid(paid).confirmed().effect(stock)
            .effect(new Effect.BookSale());
        // an older attempt paid after all: nobody must pay the newer one
        return (order.payment().equals(paid.payment()) ? telling
            : telling.effect(new Effect.CancelPayment(order.payment()))).moved();
    }

    private static Decision sentBack(Order order, OrderFact.PaymentCaptured paid, String reason, Moment moment) {
        return tell(order, moment).returned(paid, reason)
            .effect(new Effect.RefundPayment(paid.payment(), paid.amount(), reason)).moved();
    }

    private static Decision declined(Order order, OrderFact fact, UUID payment, String reason, Moment moment) {
        if (!payment.equals(order.payment()) || order.status() == OrderStatus.CANCELLED)
            return new Decision.Same(order);
        return switch (order.status()) {
            case PENDING_PAYMENT -> tell(order.at(OrderStatus.Payment.FAILED), moment).failed(payment, reason).moved();
            case CONFIRMED, PROCESSING, SHIPPED, DELIVERED, COMPLETED -> new Decision.Unexpected(order, fact);
            case CANCELLED -> new Decision.Same(order);
        };
    }

    private static Decision refunded(Order order, OrderFact.PaymentRefunded back, Moment moment) {
        if (order.paidBy() == null) return new Decision.Unexpected(order, back);
        // a second payment that was sent back; the order itself was paid by another
        if (!back.payment().equals(order.paidBy())) return new Decision.Same(order);
        if (!back.amount().isPositive() || !back.amount().currency().equals(order.total().currency())
            || back.amount().compareTo(order.refundable()) > 0) return new Decision.Unexpected(order, back);
        Order next = order.refunding(back.amount());
        OrderStatus.Payment money = next.refundable().isZero() ? OrderStatus.Payment.REFUNDED
            : order.money() == OrderStatus.Payment.REFUNDING ? OrderStatus.Payment.REFUNDING
                : OrderStatus.Payment.PARTIALLY_REFUNDED;
        Telling telling = tell(next.at(money), moment).refunded(back.amount());
        return order.status() == OrderStatus.CANCELLED ? telling.moved()
            : telling.effect(new Effect.BookRefund(back.amount())).moved();
    }

    private static Decision lapsed(Order order, OrderFact fact, Moment moment) {
        return switch (order.status()) {
            case PENDING_PAYMENT -> tell(order.cancelledBecause(Order.EXPIRED).at(OrderStatus.Stock.LAPSED)
                .at(OrderStatus.Payment.CANCELLED), moment).cancelled("clock", Order.EXPIRED)
                .effect(new Effect.CancelPayment(order.payment())).moved();
            case CONFIRMED, PROCESSING, SHIPPED, DELIVERED, COMPLETED, CANCELLED ->
                new Decision.Unexpected(order, fact);
        };
    }

    private static Decision cancel(Order order, OrderFact.CancelWanted wish, Moment moment) {
        return switch (order.status()) {
            case PENDING_PAYMENT -> tell(order.cancelledBecause(wish.reason()).at(OrderStatus.Stock.RETURNED)
                .at(OrderStatus.Payment.CANCELLED), moment).cancelled(wish.by(), wish.reason())
                .effect(new Effect.ReleaseStock(order.reservation()))
                .effect(new Effect.CancelPayment(order.payment())).moved();
            case CONFIRMED, PROCESSING -> cancelTaken(order, wish, moment);
            case SHIPPED, DELIVERED, COMPLETED -> new Decision.Declined("order_not_cancellable",
                "The goods are on their way; ask for a return instead");
            case CANCELLED -> new Decision.Same(order);
        };
    }

    private static Decision cancelTaken(Order order, OrderFact.CancelWanted wish, Moment moment) {
        Telling telling = tell(order.cancelledBecause(wish.reason()).at(OrderStatus.Stock.RETURNED)
            .at(moneyAfterCancel(order)), moment).cancelled(wish.by(), wish.reason())
            .effect(new Effect.ReturnStock(order.reservation()))
            .effect(new Effect.UnbookSale(order.refunded()));
        UUID paidBy = order.paidBy();
        if (paidBy == null) return telling.effect(new Effect.CancelPayment(order.payment())).moved();
        return order.refundable().isPositive()
            ? telling.effect(new Effect.RefundPayment(paidBy, order.refundable(), "order_cancelled")).moved()
            : telling.moved();
    }

    private static OrderStatus.Payment moneyAfterCancel(Order order) {
        if (order.paidBy() == null) return OrderStatus.Payment.CANCELLED;
        return order.refundable().isPositive() ? OrderStatus.Payment.REFUNDING : order.money();
    }

    private static Decision retry(Order order, OrderFact.RetryWanted wish, Moment moment) {
        return switch (order.status()) {
            case PENDING_PAYMENT -> tell(order.awaiting(wish.payment()), moment).retried(wish)
                .effect(new Effect.CancelPayment(order.payment()))
                .effect(new Effect.OpenPayment(wish.payment(), order.total(), wish.method())).moved();
            case CONFIRMED, PROCESSING, SHIPPED, DELIVERED, COMPLETED -> new Decision.Declined("order_already_paid",
                "This order does not wait for a payment");
            case CANCELLED -> new Decision.Declined("order_cancelled", "This order was cancelled; order again");
        };
    }

    private static Decision pack(Order order, Moment moment) {
        return switch (order.status()) {
            case CONFIRMED -> tell(order.at(OrderStatus.PROCESSING).at(OrderStatus.Fulfilment.PACKED), moment)
                .packed().effect(new Effect.PackParcel()).moved();
            case PROCESSING -> new Decision.Same(order);
            case PENDING_PAYMENT -> new Decision.Declined("order_not_paid", "This order is not paid yet");
            case SHIPPED, DELIVERED, COMPLETED -> new Decision.Declined("order_already_shipped",
                "This order has left already");
            case CANCELLED -> new Decision.Declined("order_cancelled", "This order was cancelled");
        };
    }

    private static Decision ship(Order order, OrderFact.ShipWanted wish, Moment moment) {
        if (order.money() == OrderStatus.Payment.REFUNDED)
            return new Decision.Declined("order_refunded", "The money of this order was given back");
        return switch (order.status()) {
            case CONFIRMED, PROCESSING -> tell(order.at(OrderStatus.SHIPPED).at(OrderStatus.Fulfilment.SHIPPED), moment)
                .shipped(wish).effect(new Effect.ShipParcel(wish.carrier(), wish.trackingNumber())).moved();
            case PENDING_PAYMENT -> new Decision.Declined("order_not_paid", "This order is not paid yet");
            case SHIPPED, DELIVERED, COMPLETED -> new Decision.Declined("order_already_shipped",
                "This order has left already");
            case CANCELLED -> new Decision.Declined("order_cancelled", "This order was cancelled");
        };
    }

    private static Decision deliver(Order order, Moment moment) {
        return switch (order.status()) {
            case SHIPPED -> tell(order.at(OrderStatus.DELIVERED).at(OrderStatus.Fulfilment.DELIVERED), moment)
                .delivered().effect(new Effect.DeliverParcel()).moved();
            case DELIVERED, COMPLETED -> new Decision.Same(order);
            case PENDING_PAYMENT, CONFIRMED, PROCESSING -> new Decision.Declined("order_not_shipped",
                "This order has not left yet");
            case CANCELLED -> new Decision.Declined("order_cancelled", "This order was cancelled");
        };
    }

    private static Decision complete(Order order, Moment moment) {
        return switch (order.status()) {
            case DELIVERED -> order.money() == OrderStatus.Payment.DUE
                ? new Decision.Declined("payment_due", "The money of this order was not collected yet")
                : tell(order.at(OrderStatus.COMPLETED), moment).completed().moved();
            case COMPLETED -> new Decision.Same(order);
            case PENDING_PAYMENT, CONFIRMED, PROCESSING, SHIPPED -> new Decision.Declined("order_not_delivered",
                "This order has not arrived yet");
            case CANCELLED -> new Decision.Declined("order_cancelled", "This order was cancelled");
        };
    }

    private static Telling tell(Order next, Moment moment) {
        return new Telling(next, moment);
    }

    /// Collects what a move tells and wants; every fact told takes the order's next version.
    private static final class Telling {
        private final Order next;
        private final Moment moment;
        private final List<Effect> effects = new ArrayList<>();
        private final List<OrderingEvent> told = new ArrayList<>();

        Telling(Order next, Moment moment) {
            this.next = next;
            this.moment = moment;
        }

        Decision moved() {
            return new Decision.Moved(next.versioned(next.version() + told.size()), List.copyOf(effects),
                List.copyOf(told));
        }

        Telling effect(Effect effect) {
            effects.add(effect);
            return this;
        }

        Telling paid(OrderFact.PaymentCaptured paid) {
            return add(new OrderingEvent.OrderPaid(id(), next.ref(), version(), moment.at(), paid.payment(),
                paid.amount()));
        }

        Telling failed(UUID payment, String reason) {
            return add(new OrderingEvent.PaymentFailed(id(), next.ref(), version(), moment.at(), payment, reason));
        }

        Telling retried(OrderFact.RetryWanted wish) {
            return add(new OrderingEvent.PaymentRetried(id(), next.ref(), version(), moment.at(), wish.payment(),
                wish.method()));
        }

        Telling returned(OrderFact.PaymentCaptured paid, String reason) {
            return add(new OrderingEvent.PaymentReturned(id(), next.ref(), version(), moment.at(), paid.payment(),
                paid.amount(), reason));
        }

        Telling refunded(Money amount) {
            return add(new OrderingEvent.OrderRefunded(id(), next.ref(), version(), moment.at(), next.payment(),
                amount, next.refunded()));
        }

        Telling cancelled(String by, String reason) {
            return add(new OrderingEvent.OrderCancelled(id(), next.ref(), version(), moment.at(), by, reason));
        }

        Telling confirmed() {
            return add(new OrderingEvent.OrderConfirmed(id(), next.ref(), version(), moment.at()));
        }

        Telling packed() {
            return add(new OrderingEvent.OrderPacked(id(), next.ref(), version(), moment.at()));
        }

        Telling shipped(OrderFact.ShipWanted wish) {
            return add(new OrderingEvent.OrderShipped(id(), next.ref(), version(), moment.at(), wish.carrier(),
                wish.trackingNumber()));
        }

        Telling delivered() {
            return add(new OrderingEvent.OrderDelivered(id(), next.ref(), version(), moment.at()));
        }

        Telling completed() {
            return add(new OrderingEvent.OrderCompleted(id(), next.ref(), version(), moment.at()));
        }

        private Telling add(OrderingEvent event) {
            told.add(event);
            return this;
        }

        private UUID id() {
            return moment.ids().get();
        }

        private long version() {
            return next.version() + told.size() + 1;
        }
    }
}
