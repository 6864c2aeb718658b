package io.millrace.ordering;

import io.millrace.inventory.InventoryEvent;
import io.millrace.inventory.InventoryEvent.ReservationLapsed;
import io.millrace.ordering.OrderInbox.Heard;
import io.millrace.payment.PaymentEvent;
import org.jspecify.annotations.Nullable;

/// The neighbours' words and ours: the tables of the two inboxes.
final class Neighbours {
    private Neighbours() {}

    static @Nullable Heard payment(PaymentEvent event) {
        return switch (event) {
            case PaymentEvent.PaymentCaptured paid ->
                new Heard(paid.ref(), new OrderFact.PaymentCaptured(paid.payment(), paid.sum(), false));
            case PaymentEvent.PaymentDeclined no ->
                new Heard(no.ref(), new OrderFact.PaymentDeclined(no.payment(), no.reason()));
            case PaymentEvent.PaymentCancelled no ->
                new Heard(no.ref(), new OrderFact.PaymentCancelled(no.payment()));
            case PaymentEvent.PaymentRefunded back ->
                new Heard(back.ref(), new OrderFact.PaymentRefunded(back.payment(), back.amount()));
            case PaymentEvent.PaymentRefundFailed failed ->
                new Heard(failed.ref(), new OrderFact.RefundFailed(failed.payment(), failed.reason()));
            // the payer can pay now: no news for the order; and payment keeps what it quarantined for a person
            case PaymentEvent.PaymentOpened _,PaymentEvent.PaymentQuarantined _ -> null;
        };
    }

    static @Nullable Heard stock(InventoryEvent event) {
        return event instanceof ReservationLapsed lapsed ? new Heard(lapsed.ref(), new OrderFact.StockLapsed()) : null;
    }
}
