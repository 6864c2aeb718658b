package io.millrace.ordering;

import io.millrace.money.Money;
import io.millrace.pricing.Quote;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An order as its buyer and the shop's people see it. `orderToken` is there once, in the answer to a guest's
/// placement; `payment` where one order is shown.
record OrderView(UUID id, String orderNumber, String channel, OrderStatus status, String paymentStatus,
    String fulfilmentStatus, List<Item> items, Money subtotal, Money discountTotal, Money shippingTotal, Money taxTotal,
    boolean taxIncluded, Money total, Money refundedTotal, String paymentMethod, @Nullable PaymentPart payment,
    PlaceOrder.Buyer contact, @Nullable Address shippingAddress, @Nullable Address billingAddress,
    @Nullable Shipping shipping, @Nullable String note, @Nullable String cancelReason, String quoteHash,
    Instant placedAt, long version, @Nullable String orderToken) {

    /// A line as it was bought, whatever becomes of the product later.
    record Item(UUID variantId, UUID productId, String sku, String name, @Nullable String imageUrl,
        Map<String, String> options, int quantity, Money unitPrice, Money lineTotal, Money discount, Money tax,
        String taxRate, Money total, List<Quote.Step> explanation) {
        Item with(Map<String, String> others) {
            return new Item(variantId, productId, sku, name, imageUrl, others, quantity, unitPrice, lineTotal, discount,
                tax, taxRate, total, explanation);
        }
    }

    record Shipping(String code, String name, Money price, Money tax, Money total, List<Quote.Step> explanation) {}

    record PaymentPart(UUID id, String provider, String status, @Nullable String clientSecret,
        @Nullable String redirectUrl, @Nullable String providerReference) {}

    /// What is kept of an order beside its columns: the snapshot of what was bought and where it goes.
    record Document(List<Item> items, @Nullable Address shippingAddress, @Nullable Address billingAddress,
        @Nullable Shipping shipping, @Nullable String note, String quoteHash) {}

    OrderView with(@Nullable PaymentPart part) {
        return new OrderView(id, orderNumber, channel, status, paymentStatus, fulfilmentStatus, items, subtotal,
            discountTotal, shippingTotal, taxTotal, taxIncluded, total, refundedTotal, paymentMethod, part, contact,
            shippingAddress, billingAddress, shipping, note, cancelReason, quoteHash, placedAt, version, orderToken);
    }

    OrderView numbered(String number) {
        return new OrderView(id, number, channel, status, paymentStatus, fulfilmentStatus, items, subtotal,
            discountTotal, shippingTotal, taxTotal, taxIncluded, total, refundedTotal, paymentMethod, payment, contact,
            shippingAddress, billingAddress, shipping, note, cancelReason, quoteHash, placedAt, version, orderToken);
    }
}
