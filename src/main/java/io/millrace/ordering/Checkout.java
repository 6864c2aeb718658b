package io.millrace.ordering;

import io.millrace.cart.CartRef;
import io.millrace.cart.Carts;
import io.millrace.channel.Channel;
import io.millrace.http.Idempotency;
import io.millrace.http.Ids;
import io.millrace.http.Reply;
import io.millrace.inventory.Holding;
import io.millrace.inventory.Inventory;
import io.millrace.inventory.Stocking;
import io.millrace.ledger.Ledger;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.money.Money;
import io.millrace.payment.Payable;
import io.millrace.payment.PaymentView;
import io.millrace.payment.Payments;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.pricing.Pricing;
import io.millrace.pricing.Quote;
import io.millrace.pricing.Quoting;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Turns a basket into an order: reads it once, quotes it, and writes everything that must be true together (order,
/// stock, payment, closed cart, facts, the reply to a repeat) as one statement. At most four round trips in all.
final class Checkout {
    /// Methods that are paid when the goods arrive: sold at once, due until somebody collects.
    private static final Set<String> COLLECTED_LATER = Set.of("cod");
    /// How long a reply waits for the provider to open the payment; a sweep goes on after that.
    private static final Duration OPENING_MAX = Duration.ofSeconds(4);
    private static final int HOLD_TRIES = 2;

    private final Baskets baskets;
    private final Pricing pricing;
    private final Inventory inventory;
    private final Payments payments;
    private final Ledger ledger;
    private final Messaging messaging;
    private final Idempotency idempotency;
    private final Persons persons;
    private final Tally tally;
    private final Ids ids;
    private final InstantSource clock;

    Checkout(Baskets baskets, Pricing pricing, Inventory inventory, Payments payments, Ledger ledger,
        Messaging messaging,
        Idempotency idempotency, Persons persons, Tally tally, Ids ids, InstantSource clock) {
        this.baskets = baskets;
        this.pricing = pricing;
        this.inventory = inventory;
        this.payments = payments;
        this.ledger = ledger;
        this.messaging = messaging;
        this.idempotency = idempotency;
        this.persons = persons;
        this.tally = tally;
        this.ids = ids;
        this.clock = clock;
    }

    /// A wish with who has it and where; `shape` makes the reply of the order.
    record Asked(Channel channel, CartRef cart, @Nullable UUID account, PlaceOrder.Wish wish,
        Optional<Idempotency.Key> key, Function<OrderView, Object> shape) {}

    /// What was decided before the statement.
    private record Priced(Asked asked, Basket basket, Quote quote) {}

    /// The statement in the making.
    private record Drafted(Asked asked, Order order, OrderView view, @Nullable Payable payable, Change change) {}

    Mono<Placement> place(Asked asked) {
        String method = asked.wish().paymentMethod();
        if (!asked.channel().takes(method) || !payments.offers(method))
            return Mono.just(new Placement.MethodNotAllowed(method));
        return baskets.of(asked.cart(), asked.wish()).flatMap(basket -> priced(asked, basket))
            .doOnNext(placement -> {
                if (!(placement instanceof Placement.Placed)) tally.refused(placement);
            });
    }

    private Mono<Placement> priced(Asked asked, Basket basket) {
        if (basket.lines().isEmpty()) return Mono.just(new Placement.CartEmpty());
        if (!basket.notForSale().isEmpty()) return Mono.just(new Placement.NotForSale(basket.notForSale()));
        return switch (pricing.quote(asked.channel(), basket.wants(), basket.tags(), asked.wish().shippingMethod())) {
            case Quoting.Quoted(var quote) -> agreed(new Priced(asked, basket, quote));
            case Quoting.Unpriced(var variants) -> Mono.just(new Placement.NotForSale(variants));
            case Quoting.AmountTooLarge() -> Mono.just(new Placement.AmountTooLarge());
            case Quoting.UnknownShipping(var code) ->
                Mono.error(new IllegalStateException("the way to ship was checked before: " + code));
        };
    }

    private Mono<Placement> agreed(Priced priced) {
        PlaceOrder.Wish wish = priced.asked().wish();
        if (wish.shippingAddress() == null && Basket.needsAddress(priced.asked().channel(), priced.quote()))
            return Mono.just(new Placement.AddressNeeded());
        Optional<Quote.Difference> moved =
            priced.quote().differenceFrom(wish.quoteHash(), priced.basket().seen());
        return moved.isPresent() ? Mono.just(new Placement.PriceChanged(moved.get())) : held(priced, HOLD_TRIES);
    }

    private Mono<Placement> held(Priced priced, int tries) {
        UUID order = ids.next();
        String ref = Order.SCHEME + order;
        boolean atOnce = isSoldAtOnce(priced);
        Mono<Holding> holding = atOnce ? inventory.holdToTake(ref, priced.basket().goods())
            : inventory.hold(ref, priced.basket().goods(), clock.instant().plus(inventory.holdFor()));
        return holding.flatMap(held -> switch (held) {
            case Holding.Inline(var id, var stocking) -> written(priced, order, id, stocking, held, tries);
            case Holding.Held(var id, var stocking) -> written(priced, order, id, stocking, held, tries);
            case Holding.Short(var shortages) -> Mono.just(new Placement.OutOfStock(shortages));
            case Holding.Unknown(var variants) -> Mono.just(new Placement.NotForSale(Set.copyOf(variants)));
            case Holding.Busy() -> Mono.just(new Placement.Busy());
        });
    }

    private Mono<Placement> written(Priced priced, UUID order, UUID reservation, Stocking stocking, Holding holding,
        int tries) {
        Drafted drafted = drafted(priced, order, reservation, stocking);
        return messaging.commit(drafted.change())
            .flatMap(done -> opened(drafted, number(done)))
            .onErrorResume(Refused.class, refused -> inventory.letGo(holding)
                .then(Mono.defer(() -> refused(priced, refused, tries))));
    }

    private Mono<Placement> refused(Priced priced, Refused refused, int tries) {
        return switch (refused.reason()) {
            case Inventory.OUT_OF_STOCK -> inventory.shortages(priced.basket().goods())
                .map(Placement.OutOfStock::new);
            case Inventory.UNKNOWN_VARIANT -> Mono.just(new Placement.NotForSale(priced.basket().variants().keySet()));
            case Inventory.HOLD_LAPSED -> tries > 1 ? held(priced, tries - 1) : Mono.just(new Placement.Busy());
            case Refused.STALE -> Mono.just(new Placement.CartChanged());
            default -> Mono.error(refused);
        };
    }

    /// The one statement. The pools of stock come last, so that their rows are locked for the shortest time.
    private Drafted drafted(Priced priced, UUID id, UUID reservation, Stocking stocking) {
        Asked asked = priced.asked();
        Instant at = clock.instant();
        String token = asked.account() == null ? Ids.token() : null;
        byte[] tokenHash = token == null ? null : sha256(token);
        Order order = order(priced, id, reservation);
        OrderView view = view(priced, order, token, at);
        Payable payable = order.total().isZero() ? null : new Payable(order.ref(), order.total(),
            asked.wish().paymentMethod(), asked.channel().code(), asked.account(),
            tokenHash == null ? null : HexFormat.of().formatHex(tokenHash));
        Persons.Sealed sealed = persons.sealed(id, Person.of(view));
        Change change = Change.of(sealed.key(), Orders.insert(order, view, asked.account(), tokenHash, sealed))
            .named("checkout");
        if (asked.key().isPresent())
            change = change.with(idempotency.piece(asked.key().get(), 201, Map.of("Location", location(id)),
                reply(asked, view), isOpenedAfter(payable), view.orderNumber(), Orders.NUMBER));
        if (payable != null) change = change.with(payments.open(order.payment(), payable));
        if (payable != null && order.status() == OrderStatus.CONFIRMED)
            change = change.with(ledger.post(Books.sale(order, asked.channel().code(), Books.Parts.of(view))));
        UUID cart = priced.basket().cart();
        if (cart != null) change = change.with(Carts.close(cart, priced.basket().cartVersion()));
        List<OrderingEvent> told = told(priced, order, at);
        return new Drafted(asked, order, view, payable, stocking.into(change).named("checkout")
            .tells(told.toArray(OrderingEvent[]::new)).afterwards(() -> tally.count(told)));
    }

    private Order order(Priced priced, UUID id, UUID reservation) {
        Money total = priced.quote().total();
        UUID payment = ids.next();
        boolean atOnce = isSoldAtOnce(priced);
        return new Order(id, atOnce ? total.isZero() ? 3 : 2 : 1,
            atOnce ? OrderStatus.CONFIRMED : OrderStatus.PENDING_PAYMENT,
            total.isZero() ? OrderStatus.Payment.PAID
                : atOnce ? OrderStatus.Payment.DUE : OrderStatus.Payment.PENDING,
            OrderStatus.Fulfilment.UNFULFILLED, atOnce ? OrderStatus.Stock.TAKEN : OrderStatus.Stock.HELD, total,
            Money.zero(total.currency()), payment, total.isZero() ? payment : null, reservation, null);
    }

    private List<OrderingEvent> told(Priced priced, Order order, Instant at) {
        Quote quote = priced.quote();
        var lines = priced.basket().items(quote).stream().map(item -> new OrderingEvent.Line(item.variantId(),
            item.productId(), item.sku(), item.name(), item.quantity(), item.unitPrice(), item.total())).toList();
        var told = new ArrayList<OrderingEvent>();
        told.add(new OrderingEvent.OrderPlaced(ids.next(), order.ref(), 1, at, quote.channel(),
            priced.asked().account(), lines, quote.subtotal(), quote.discountTotal(), quote.shippingTotal(),
            quote.taxTotal(), quote.total(), priced.asked().wish().paymentMethod()));
        if (order.total().isZero())
            told.add(new OrderingEvent.OrderPaid(ids.next(), order.ref(), 2, at, order.payment(), order.total()));
        if (order.status() == OrderStatus.CONFIRMED)
            told.add(new OrderingEvent.OrderConfirmed(ids.next(), order.ref(), told.size() + 1, at));
        return told;
    }

    private OrderView view(Priced priced, Order order, @Nullable String token, Instant at) {
        Quote quote = priced.quote();
        PlaceOrder.Wish wish = priced.asked().wish();
        // the number is taken by the statement itself: until then its place is held by a text nobody can guess
        String number = "number-of-" + order.id();
        var payment = order.total().isZero() ? null : new OrderView.PaymentPart(order.payment(), wish.paymentMethod(),
            isLater(wish) ? "pending" : "created", null, null, null);
        return new OrderView(order.id(), number, quote.channel(), order.status(), order.money().word(),
            order.goods().word(), priced.basket().items(quote), quote.subtotal(), quote.discountTotal(),
            quote.shippingTotal(), quote.taxTotal(), quote.taxIncluded(), quote.total(), order.refunded(),
            wish.paymentMethod(), payment, wish.buyer(), wish.shippingAddress(), wish.billingAddress(),
            Basket.shipping(quote), wish.note(), null, quote.hash(), at, order.version(), token);
    }

    /// After the commit: the payment is opened at its provider, and the kept reply gets what the payer needs.
    private Mono<Placement> opened(Drafted drafted, String number) {
        OrderView view = drafted.view().numbered(number);
        Payable payable = drafted.payable();
        if (payable == null || !isOpenedAfter(payable)) return Mono.just(placed(drafted.asked(), view));
        Asked asked = drafted.asked();
        return payments.openAtProvider(drafted.order().payment(), payable, payment -> kept(asked, view, payment))
            .map(payment -> placed(asked, view.with(part(payment))))
            .timeout(OPENING_MAX, Mono.defer(() -> unopened(asked, view))).cast(Placement.class);
    }

    private List<Piece> kept(Asked asked, OrderView view, PaymentView payment) {
        return asked.key().map(key -> List.of(idempotency.completed(key, reply(asked, view.with(part(payment))))))
            .orElse(List.of());
    }

    private Mono<Placement.Placed> unopened(Asked asked, OrderView view) {
        Placement.Placed placed = placed(asked, view);
        return asked.key().map(key -> idempotency.complete(key, placed.reply()).thenReturn(placed))
            .orElseGet(() -> Mono.just(placed));
    }

    static OrderView.PaymentPart part(PaymentView payment) {
        return new OrderView.PaymentPart(payment.id(), payment.provider(), payment.status(), payment.clientSecret(),
            payment.redirectUrl(), payment.providerReference());
    }

    private static Placement.Placed placed(Asked asked, OrderView view) {
        return new Placement.Placed(view, reply(asked, view));
    }

    private static byte[] reply(Asked asked, OrderView view) {
        return Reply.envelope(asked.shape().apply(view));
    }

    private static boolean isSoldAtOnce(Priced priced) {
        return isLater(priced.asked().wish()) || priced.quote().total().isZero();
    }

    private static boolean isLater(PlaceOrder.Wish wish) {
        return COLLECTED_LATER.contains(wish.paymentMethod());
    }

    private static boolean isOpenedAfter(@Nullable Payable payable) {
        return payable != null && !COLLECTED_LATER.contains(payable.method());
    }

    private static String number(Write.Answers done) {
        return Objects.requireNonNull(done.get("order_number", String.class));
    }

    static boolean isCollectedLater(String method) {
        return COLLECTED_LATER.contains(method);
    }

    static String location(UUID order) {
        return "/api/v1/orders/" + order;
    }

    static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
