package io.millrace.pricing;

import io.millrace.catalog.Variant;
import io.millrace.money.Quantity;
import java.util.UUID;

/// Somebody wants so many of a variant: one line of the quote. The tax category decides the rate; only a quote with
/// goods that travel has shipping.
public record Want(UUID variantId, int quantity, String taxCategory, boolean travels) {
    public Want {
        if (!Quantity.isValid(quantity)) throw new IllegalArgumentException("a quantity is 1 to " + Quantity.MAX);
    }

    public static Want of(Variant variant, int quantity) {
        return new Want(variant.id(), quantity, variant.taxCategory(), variant.type().travels());
    }
}
