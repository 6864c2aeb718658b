package io.millrace.cart;

import io.millrace.http.Caller;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;

/// Whose cart on which channel: the signed-in caller's account, the bearer's of a guest token, or both (a guest who has
/// just signed in: the two carts become one).
public record CartRef(String channel, Optional<UUID> account, Optional<String> token) {
    /// The header in which a guest shows the token of the cart.
    public static final String HEADER = "X-Cart-Token";
    private static final int TOKEN_CHARS_MAX = 128;

    public static CartRef of(ServerRequest request, String channel) {
        return new CartRef(channel, Caller.of(request).id(),
            Optional.ofNullable(request.headers().firstHeader(HEADER))
                .filter(token -> !token.isBlank() && token.length() <= TOKEN_CHARS_MAX));
    }

    /// Neither signed in nor holding a token: nobody's cart, always empty.
    boolean isNobody() {
        return account.isEmpty() && token.isEmpty();
    }
}
