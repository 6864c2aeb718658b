package io.millrace.ordering;

import io.millrace.http.Caller;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// Orders, for the rooms above: who may look at one.
public final class Ordering {
    /// The header in which a guest shows the token that came with the order.
    public static final String TOKEN_HEADER = "X-Order-Token";
    /// The permission of the shop's people.
    public static final String ADMIN = "order:admin";
    private static final int TOKEN_CHARS_MAX = 128;

    private final Orders orders;

    Ordering(Orders orders) {
        this.orders = orders;
    }

    /// An order that somebody may look at: where it stands, and how many facts its story has.
    public record Seen(UUID id, String number, OrderStatus status, OrderStatus.Payment paymentStatus,
        OrderStatus.Fulfilment fulfilmentStatus, long version) {
        /// The aggregate of its facts and the reference of its parcels.
        public String ref() {
            return Order.SCHEME + id;
        }
    }

    /// The order, when the request's caller owns it, holds its token, or is of the shop's people; else empty, as if it
    /// did not exist. Asked anew it tells whether he still may.
    public Mono<Seen> seen(UUID order, ServerRequest request) {
        return orders.life(order, asker(request)).map(Stored::seen);
    }

    /// An order by an access that was proven before (a stream ticket).
    public Mono<Seen> seen(UUID order) {
        return orders.life(order).map(Stored::seen);
    }

    static Orders.Asker asker(ServerRequest request) {
        Caller caller = Caller.of(request);
        @Nullable String token = request.headers().firstHeader(TOKEN_HEADER);
        byte[] hash = token == null || token.isBlank() || token.length() > TOKEN_CHARS_MAX ? null
            : Checkout.sha256(token);
        return new Orders.Asker(caller.id().orElse(null), hash, caller.may(ADMIN));
    }
}
