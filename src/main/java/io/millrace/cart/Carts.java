package io.millrace.cart;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// What buyers intend to buy. For ordering: read the cart with its variants and prices in one statement, and close it
/// in the statement that places the order.
public final class Carts {
    /// Lines of one cart.
    public static final int LINES_MAX = 200;

    private final Postgres postgres;

    Carts(Postgres postgres) {
        this.postgres = postgres;
    }

    /// The open cart with all that is known now about its variants; empty (no id) when there is none.
    public Mono<PricedCart> read(CartRef ref) {
        return Mono.error(new UnsupportedOperationException("carts cannot be read yet " + postgres));
    }

    /// Closes a cart whose lines became an order; refuses as [Refused#STALE] when it changed since it was read.
    public static Piece close(UUID cartId, long version) {
        return Piece.of("""
            cart_closed as (
                update cart.carts set status = 'ordered', version = version + 1, updated_at = now()
                 where id = :cart_id and version = :cart_version and status = 'open'
                returning id)""")
            .bind("cart_id", cartId).bind("cart_version", version)
            .check("exists (select from cart_closed)", Refused.STALE);
    }
}
