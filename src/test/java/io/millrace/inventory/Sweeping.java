package io.millrace.inventory;

import io.millrace.testing.Shop;
import java.util.UUID;

/// Lets promises of stock run out when a test of an upper room says so.
public final class Sweeping {
    private Sweeping() {}

    /// The hold of one reference is over, and the sweep comes by.
    public static void lapse(Shop shop, String ref) {
        shop.database().execute("update inventory.reservations set expires_at = now() - interval '1 minute' "
            + "where ref = ? and state = 'held'", ref);
        shop.bean(Lapses.class).sweep().block();
    }

    /// Nothing is left of a variant's pool but what is promised already.
    public static void sellOut(Shop shop, UUID variant) {
        shop.database().execute("update inventory.pools p set on_hand = p.reserved from inventory.draws d "
            + "where d.pool_id = p.id and d.variant_id = ?", variant);
    }
}
