package io.millrace.cart;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.pricing.Pricing;
import io.millrace.pricing.Quote;
import io.millrace.pricing.Quoting;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionContextManager;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// What buyers intend to buy. For ordering: read the cart with its variants and prices in one statement, and close it
/// in the statement that places the order.
///
/// A change is one statement that reads and one that writes, guarded by the version that was read. Who was not first
/// comes again with the cart's row locked, so that any number of changes at once all happen, one after the other.
public final class Carts {
    /// Lines of one cart.
    public static final int LINES_MAX = Cart.LINES_MAX;
    /// How often a change that found its cart locked, ended or just opened by another starts over.
    private static final int LOCKED_TRIES = 5;

    private final CartRows rows;
    private final Pricing pricing;
    private final Channels channels;
    private final Messaging messaging;
    private final Postgres postgres;
    private final Ids ids;
    private final InstantSource clock;

    Carts(CartRows rows, Pricing pricing, Channels channels, Messaging messaging, Postgres postgres, Ids ids,
        InstantSource clock) {
        this.rows = rows;
        this.pricing = pricing;
        this.channels = channels;
        this.messaging = messaging;
        this.postgres = postgres;
        this.ids = ids;
        this.clock = clock;
    }

    /// The open cart with all that is known now about its variants; empty (no id) when there is none. One statement,
    /// or two when a guest's cart is taken over by the account that signed in. What the client saw stays as it was.
    public Mono<PricedCart> read(CartRef ref) {
        Channel channel = channel(ref);
        return serialised(ref, () -> rows.read(ref, channel.currency(), List.of())
            .flatMap(found -> {
                Held held = held(ref, found);
                return written(ref, held, held.cart())
                    .map(cart -> new PricedCart(cart, found.variants(), found.tags()));
            }));
    }

    /// Closes a cart whose lines became an order; refuses as [Refused#STALE] when it changed since it was read.
    public static Piece close(UUID cartId, long version) {
        return CartRows.end(cartId, version, "ordered");
    }

    /// Shows the cart as it is.
    Mono<Showing> show(CartRef ref, @Nullable String shipping) {
        return edit(ref, shipping, List.of(), false, cart -> new Editing.Edited(cart.cart()));
    }

    /// Changes the cart's lines and shows it, priced; what is shown is remembered as seen.
    ///
    /// @param extra variants that the edit wants to know about besides those of the lines
    /// @param opens whether the edit may open a cart where there is none
    Mono<Showing> edit(CartRef ref, @Nullable String shipping, Collection<UUID> extra, boolean opens,
        Function<PricedCart, Editing> edit) {
        Channel channel = channel(ref);
        return serialised(ref, () -> rows.read(ref, channel.currency(), extra).flatMap(found -> {
            boolean strange = ref.account().isEmpty() && ref.token().isPresent() && !found.tokenKnown();
            if (strange && !opens) return Mono.just(new Showing.NoCart());
            Held held = held(ref, found);
            PricedCart now = new PricedCart(held.cart(), found.variants(), found.tags());
            return switch (edit.apply(now)) {
                case Editing.Edited(var next) -> shown(strange ? new CartRef(ref.channel(), ref.account(),
                    Optional.empty()) : ref, channel, held, new PricedCart(next, found.variants(), found.tags()),
                    shipping);
                case Editing why -> Mono.just(new Showing.Refusal(why));
            };
        }));
    }

    /// The cart to work on, what is stored of it, and the guest's cart that was poured into it.
    private record Held(Cart stored, Cart cart, @Nullable Cart poured) {}

    private Held held(CartRef ref, CartRows.Found found) {
        Cart guest = found.guest();
        if (ref.account().isEmpty()) {
            Cart stored = guest != null ? guest : Cart.none(ref.channel());
            return new Held(stored, stored, null);
        }
        Cart stored = found.own() != null ? found.own() : Cart.none(ref.channel());
        Cart merged = guest == null ? stored : stored.merged(guest, ids::next);
        return new Held(stored, merged, merged == stored ? null : guest);
    }

    private Mono<Showing> shown(CartRef ref, Channel channel, Held held, PricedCart next, @Nullable String shipping) {
        return switch (pricing.quote(channel, next.wants(), next.tags(), shipping)) {
            case Quoting.AmountTooLarge() -> Mono.just(new Showing.AmountTooLarge());
            case Quoting.UnknownShipping(var _) -> Mono.just(new Showing.UnknownShipping());
            case Quoting.Unpriced(var variants) ->
                throw new IllegalStateException("sold without a price: " + variants);
            case Quoting.Quoted(var quote) -> {
                Map<UUID, Money> prices = new LinkedHashMap<>();
                for (Quote.Line line : quote.lines()) prices.put(line.variantId(), line.paidPrice());
                Map<UUID, Money> moved = moved(held.cart(), next.cart(), prices);
                boolean nobody = ref.account().isEmpty() && ref.token().isEmpty();
                String token = nobody && !next.cart().isEmpty() ? Ids.token() : null;
                CartRef owner = token == null ? ref : new CartRef(ref.channel(), ref.account(), Optional.of(token));
                yield written(owner, held, next.cart().seenAt(prices)).map(
                    cart -> new Showing.Shown(new PricedCart(cart, next.variants(), next.tags()), quote, moved, token));
            }
        };
    }

    /// Variants whose price moved by itself: not because the buyer changed how many he wants.
    private static Map<UUID, Money> moved(Cart before, Cart next, Map<UUID, Money> prices) {
        Map<UUID, Long> were = before.quantities();
        Map<UUID, Long> are = next.quantities();
        Map<UUID, Money> moved = new LinkedHashMap<>();
        before.seen().forEach((variant, seen) -> {
            Money now = prices.get(variant);
            if (now != null && !now.equals(seen) && Objects.equals(were.get(variant), are.get(variant)))
                moved.put(variant, seen);
        });
        return moved;
    }

    /// Stores what differs from what is stored: nothing, only what was seen, or the next version.
    private Mono<Cart> written(CartRef ref, Held held, Cart next) {
        Cart stored = held.stored();
        if (held.poured() == null && next.lines().equals(stored.lines())) return Mono.just(next);
        UUID id = stored.id() != null ? stored.id() : ids.next();
        if (held.poured() == null && stored.id() != null && onlySeen(stored, next))
            return messaging.commit(Change.of(CartRows.seen(id, stored.version(), next.lines().stream()
                .filter(line -> !stored.lines().contains(line)).toList()))).thenReturn(next);
        Change change = Change.of(stored.id() == null ? CartRows.open(id, ref, clock.instant())
            : CartRows.move(id, stored.version(), clock.instant()), CartRows.lines(id, stored, next));
        Cart poured = held.poured();
        if (poured != null && poured.id() != null)
            change = change.with(CartRows.end(poured.id(), poured.version(), "merged"));
        return messaging.commit(change).thenReturn(new Cart(id, next.channel(), stored.version() + 1, next.lines()));
    }

    private static boolean onlySeen(Cart stored, Cart next) {
        return stored.lines().stream().map(line -> line.seenAt(null)).toList()
            .equals(next.lines().stream().map(line -> line.seenAt(null)).toList());
    }

    /// Runs a use case on its own first; when somebody was faster, or inside the transaction of an idempotency key,
    /// where a refused statement cannot be tried again, with the cart's row locked before it is read.
    private <T> Mono<T> serialised(CartRef ref, Supplier<Mono<T>> useCase) {
        Mono<T> locked = Mono.defer(() -> rows.lock(ref)).then(Mono.defer(useCase));
        return TransactionContextManager.currentContext().map(context -> true)
            .onErrorResume(NoTransactionException.class, none -> Mono.just(false))
            .flatMap(inside -> inside ? locked : Mono.defer(useCase).onErrorResume(Carts::isStale,
                late -> postgres.transactional(locked).retryWhen(Retry.max(LOCKED_TRIES).filter(Carts::isStale)
                    .onRetryExhaustedThrow((spec, signal) -> signal.failure()))));
    }

    private static boolean isStale(Throwable error) {
        return error instanceof Refused refused && refused.is(Refused.STALE);
    }

    private Channel channel(CartRef ref) {
        return channels.byCode(ref.channel())
            .orElseThrow(() -> new IllegalStateException("a cart of the unknown channel " + ref.channel()));
    }
}
