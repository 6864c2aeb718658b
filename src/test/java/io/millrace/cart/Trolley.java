package io.millrace.cart;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import java.util.Map;
import java.util.UUID;

/// How a shopper fills a cart.
final class Trolley {
    private Trolley() {}

    static Answer add(Client client, UUID variant, int quantity) {
        return client.post("cart/items", Map.of("variant_id", variant, "quantity", quantity));
    }

    /// A guest's new cart with something in it.
    static Client opened(Client guest, UUID variant, int quantity) {
        Answer first = add(guest, variant, quantity).expect(201);
        return guest.with("X-Cart-Token", String.valueOf(first.header("X-Cart-Token")));
    }
}
