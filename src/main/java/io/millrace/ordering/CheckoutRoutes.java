package io.millrace.ordering;

import static io.millrace.http.Access.anyone;

import io.millrace.cart.CartRef;
import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.customer.Customers;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Idempotency;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.money.Money;
import io.millrace.payment.Payments;
import io.millrace.payment.Settlement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// From a cart or a list of items to an order, and the client's word that it paid.
final class CheckoutRoutes {
    private static final int BUSY_RETRY_SECONDS = 1;
    private static final int UNSURE_RETRY_SECONDS = 2;
    /// The provider whose payments `/checkout/process` speaks of.
    private static final String INTENTS = "stripe";

    private final Channels channels;
    private final Checkout checkout;
    private final Orders orders;
    private final Payments payments;
    private final Customers customers;

    CheckoutRoutes(Channels channels, Checkout checkout, Orders orders, Payments payments, Customers customers) {
        this.channels = channels;
        this.checkout = checkout;
        this.orders = orders;
        this.payments = payments;
        this.customers = customers;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/checkout", rows -> {
            rows.GET("/shipping-methods", anyone(), this::shippingMethods).buys();
            rows.GET("/payment-methods", anyone(), this::paymentMethods).buys();
            rows.POST("/payment-intent", anyone(), this::intent).ownsIdempotency().limited("orders");
            // settling twice is settling once, whatever the key: nothing to keep
            rows.POST("/process", anyone(), this::process).ownsIdempotency();
        });
    }

    Mono<Reply> place(ServerRequest request) {
        return place(request, view -> view);
    }

    private Mono<Reply> intent(ServerRequest request) {
        return place(request, Intent::of);
    }

    private Mono<Reply> place(ServerRequest request, Function<OrderView, Object> shape) {
        Channel channel = channels.of(request);
        UUID account = Caller.of(request).id().orElse(null);
        return addressed(Api.body(request, PlaceOrder.class), account).map(body -> body.checked(channel))
            .flatMap(wish -> checkout.place(new Checkout.Asked(channel, CartRef.of(request, channel.code()), account,
                wish, Idempotency.of(request), shape)))
            .map(CheckoutRoutes::answer);
    }

    /// With the address that the buyer keeps under this id; 404 when it is nobody's or somebody else's.
    private Mono<PlaceOrder> addressed(PlaceOrder body, @Nullable UUID account) {
        @Nullable String kept = body.shippingAddressId();
        if (kept == null || body.shippingAddress() != null) return Mono.just(body);
        return Mono.justOrEmpty(account).flatMap(buyer -> Mono.justOrEmpty(Ids.read(kept))
            .flatMap(id -> customers.address(buyer, id))).map(address -> body.to(Address.of(address)))
            .switchIfEmpty(Mono.error(() -> new ProblemException(Problem.notFound("This address was"))));
    }

    private Mono<Reply> shippingMethods(ServerRequest request) {
        return Reply.ok(channels.of(request).shippingMethods().stream().map(way -> new ShippingWay(way.code(),
            way.name(), way.price(), way.freeOver(), way.addressed())).toList());
    }

    private Mono<Reply> paymentMethods(ServerRequest request) {
        List<PaymentWay> ways = channels.of(request).paymentMethods().stream().filter(payments::offers)
            .map(PaymentWay::new).toList();
        return Reply.ok(ways);
    }

    private Mono<Reply> process(ServerRequest request) {
        ProcessPayment body = Api.body(request, ProcessPayment.class);
        if (body.paymentIntentId() == null || body.paymentIntentId().isBlank())
            throw new ProblemException(Problem.invalid("payment_intent_id", "is required"));
        return payments.verify(INTENTS, body.paymentIntentId()).flatMap(settlement -> switch (settlement) {
            case Settlement.Settled settled -> settled(request, settled);
            case Settlement.Quarantined(var reason) -> Reply.refuse(Problem.conflict("payment_in_review",
                "This payment does not fit its order; we look into it"));
            case Settlement.Absent() -> Reply.refuse(Problem.notFound("This payment was"));
            case Settlement.Unsure() -> Reply.refuse(Problem.unavailable("payment_unsure",
                "The provider does not answer; your order follows by itself", UNSURE_RETRY_SECONDS));
        });
    }

    /// Whoever knows the payment learns how its order stands; all of it only who may see it anyway.
    private Mono<Reply> settled(ServerRequest request, Settlement.Settled settled) {
        UUID order = settled.ref().startsWith(Order.SCHEME)
            ? Ids.read(settled.ref().substring(Order.SCHEME.length())).orElse(null) : null;
        if (order == null) return Reply.refuse(Problem.notFound("This payment was"));
        return orders.view(order, Ordering.asker(request)).<Object>map(view -> view)
            .switchIfEmpty(orders.life(order).map(Stored::seen))
            .flatMap(seen -> Reply.ok(seen))
            .switchIfEmpty(Reply.refuse(Problem.notFound("This order was")));
    }

    private static Reply answer(Placement placement) {
        return switch (placement) {
            case Placement.Placed(var order, var reply) -> new Reply(201,
                Map.of("Location", Checkout.location(order.id())), new Reply.Body.Bytes(reply, "application/json"));
            case Placement.MethodNotAllowed(var method) -> Problem.unprocessable("payment_method_not_allowed",
                "This channel does not take that payment method").reply();
            case Placement.CartEmpty() -> Problem.conflict("cart_empty", "There is nothing in the cart").reply();
            case Placement.NotForSale(var variants) -> Problem.conflict("not_for_sale",
                "Some of this cannot be bought any more").detail("variants", variants).reply();
            case Placement.AmountTooLarge() -> Problem.unprocessable("amount_too_large",
                "This is more than one order can be").reply();
            case Placement.AddressNeeded() -> Problem.invalid("shipping_address", "is required").reply();
            case Placement.PriceChanged(var difference) -> Problem.conflict("price_changed",
                "Prices have changed since you looked").detail("difference", difference).reply();
            case Placement.OutOfStock(var shortages) -> Problem.conflict("out_of_stock",
                "Not all of this is left").detail("lines", shortages).reply();
            case Placement.CartChanged() -> Problem.conflict("cart_changed",
                "The cart was changed or ordered meanwhile; look at it again").reply();
            case Placement.Busy() -> Problem.unavailable("busy", "Many want this just now; try again",
                BUSY_RETRY_SECONDS).reply();
        };
    }

    private record ShippingWay(String code, String name, Money price, @Nullable Money freeOver, boolean addressed) {}

    private record PaymentWay(String code) {}

    private record ProcessPayment(@Nullable String paymentIntentId, @Nullable String orderId) {}

    private record Intent(UUID orderId, String orderNumber, @Nullable String paymentIntentId,
        @Nullable String clientSecret, UUID paymentId, String paymentStatus, Money total, @Nullable String orderToken) {
        static Object of(OrderView view) {
            OrderView.PaymentPart payment = view.payment();
            return new Intent(view.id(), view.orderNumber(), payment == null ? null : payment.providerReference(),
                payment == null ? null : payment.clientSecret(), payment == null ? view.id() : payment.id(),
                payment == null ? view.paymentStatus() : payment.status(), view.total(), view.orderToken());
        }
    }
}
