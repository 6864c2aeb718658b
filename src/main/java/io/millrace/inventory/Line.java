package io.millrace.inventory;

import io.millrace.money.Quantity;
import java.util.UUID;

/// So many of a variant: whole pieces, 1 to one million. What they mean in grams is the pool's business.
public record Line(UUID variant, int quantity) {
    public Line {
        if (!Quantity.isValid(quantity)) throw new IllegalArgumentException("a quantity is 1 to " + Quantity.MAX);
    }
}
