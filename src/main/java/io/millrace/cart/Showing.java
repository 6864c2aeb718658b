package io.millrace.cart;

import io.millrace.money.Money;
import io.millrace.pricing.Quote;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a request about a cart comes to: the cart with its quote, or why not.
sealed interface Showing {
    /// The cart as it is kept now. `moved` are the variants whose price moved since the client last saw them, with what
    /// they cost then; `token` is set when the cart got a new one.
    record Shown(PricedCart cart, Quote quote, Map<UUID, Money> moved, @Nullable String token) implements Showing {}

    /// The token opens no cart of this channel.
    record NoCart() implements Showing {}

    record UnknownShipping() implements Showing {}

    record AmountTooLarge() implements Showing {}

    record Refusal(Editing why) implements Showing {}
}
