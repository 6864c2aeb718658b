package io.millrace.ordering;

import static io.millrace.http.Access.anyone;
import static io.millrace.http.Access.signedIn;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Idempotency;
import io.millrace.http.Ids;
import io.millrace.http.OneLine;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.payment.Payments;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// A buyer's orders. Somebody else's is as absent as one that does not exist.
final class OrderRoutes {
    private static final int REASON_CHARS_MAX = 200;
    private static final int METHOD_CHARS_MAX = 80;

    private final Channels channels;
    private final CheckoutRoutes checkout;
    private final Orders orders;
    private final Moves moves;
    private final Payments payments;
    private final Idempotency idempotency;
    private final Repeats repeats;
    private final Persons persons;
    private final Ids ids;
    private final InstantSource clock;

    OrderRoutes(Channels channels, CheckoutRoutes checkout, Orders orders, Moves moves, Payments payments,
        Idempotency idempotency, Persons persons, Ids ids, InstantSource clock) {
        this.channels = channels;
        this.checkout = checkout;
        this.orders = orders;
        this.moves = moves;
        this.payments = payments;
        this.idempotency = idempotency;
        this.repeats = new Repeats(idempotency);
        this.persons = persons;
        this.ids = ids;
        this.clock = clock;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/orders", rows -> {
            rows.POST("", anyone(), checkout::place).ownsIdempotency().limited("orders");
            rows.GET("", signedIn(), this::mine).buys();
            rows.GET("/{id}", anyone(), this::show).buys();
            rows.PUT("/{id}/cancel", anyone(), this::cancel).ownsIdempotency();
            rows.POST("/{id}/payments", anyone(), this::payAgain).ownsIdempotency();
        });
    }

    private Mono<Reply> mine(ServerRequest request) {
        UUID account = Caller.of(request).account();
        if (Listing.isStream(request)) return Listing.stream(page -> orders.mine(account, page));
        Listing listing = Listing.of(request);
        Mono<Long> total = listing.cursor() == null ? orders.countMine(account) : Mono.just(0L);
        return orders.mine(account, listing.rows()).collectList()
            .flatMap(read -> total.flatMap(count -> listing.reply(read, count)));
    }

    private Mono<Reply> show(ServerRequest request) {
        return id(request).flatMap(id -> orders.view(id, Ordering.asker(request)))
            .flatMap(view -> payments.of(Order.SCHEME + view.id()).takeLast(1).next().map(Checkout::part)
                .map(view::with).defaultIfEmpty(view))
            .flatMap(view -> Reply.ok(view).map(reply -> reply.header("ETag", "\"" + view.version() + "\"")
                .header("Cache-Control", "private, no-cache")))
            .switchIfEmpty(absent());
    }

    private Mono<Reply> cancel(ServerRequest request) {
        Cancelling body = Api.raw(request).length == 0 ? new Cancelling(null) : Api.body(request, Cancelling.class);
        Fields fields = new Fields();
        String reason = OneLine.optional(fields, "reason", body.reason(), REASON_CHARS_MAX);
        fields.orRefuse();
        var wish = new OrderFact.CancelWanted("customer", "customer_wish");
        var kept = repeats.of(request);
        return id(request).flatMap(id -> persons.saying(id, reason, clock.instant(), (was, is) -> kept.apply(is))
            .flatMap(along -> moves.wish(id, Ordering.asker(request), wish, along)))
            .map(OrderRoutes::answer).switchIfEmpty(absent());
    }

    private Mono<Reply> payAgain(ServerRequest request) {
        PayAgain body = Api.body(request, PayAgain.class);
        Channel channel = channels.of(request);
        Fields fields = new Fields();
        String method = OneLine.required(fields, "payment_method", body.paymentMethod(), METHOD_CHARS_MAX);
        fields.orRefuse();
        if (!channel.takes(method) || !payments.offers(method) || Checkout.isCollectedLater(method))
            return Reply.refuse(Problem.unprocessable("payment_method_not_allowed", "Pay this order another way"));
        var wish = new OrderFact.RetryWanted(ids.next(), method);
        // what a repeat gets until the provider has opened the attempt
        var kept = repeats.of(request, 201, Map.of("Location", location(request)), true,
            stored -> new Attempt(stored.seen(), new OrderView.PaymentPart(wish.payment(), method, "created", null,
                null, null)));
        return id(request).flatMap(id -> moves.wish(id, Ordering.asker(request), wish, kept))
            .flatMap(moved -> moved instanceof Moves.Moved.Done(var stored) ? opened(request, stored, wish)
                : Mono.just(answer(moved)))
            .switchIfEmpty(absent());
    }

    private Mono<Reply> opened(ServerRequest request, Stored stored, OrderFact.RetryWanted wish) {
        var payable = Effects.payable(stored, new Effect.OpenPayment(wish.payment(), stored.order().total(),
            wish.method()));
        return payments.openAtProvider(wish.payment(), payable)
            .map(payment -> Reply.envelope(new Attempt(stored.seen(), Checkout.part(payment))))
            .flatMap(bytes -> Mono.justOrEmpty(Idempotency.of(request))
                .flatMap(key -> idempotency.complete(key, bytes))
                .thenReturn(new Reply(201, Map.of("Location", location(request)), new Reply.Body.Bytes(bytes,
                    "application/json"))));
    }

    private static String location(ServerRequest request) {
        return Api.BASE + "/orders/" + request.pathVariable("id");
    }

    static Reply answer(Moves.Moved moved) {
        return switch (moved) {
            case Moves.Moved.Done(var stored) -> done(stored);
            case Moves.Moved.Same(var stored) -> done(stored);
            case Moves.Moved.Declined(var code, var message) -> Problem.conflict(code, message).reply();
            case Moves.Moved.Absent() -> Problem.notFound("This order was").reply();
        };
    }

    private static Reply done(Stored stored) {
        return new Reply(200, Map.of(), new Reply.Body.Bytes(Reply.envelope(stored.seen()), "application/json"));
    }

    static Mono<UUID> id(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")));
    }

    static Mono<Reply> absent() {
        return Mono.defer(() -> Reply.refuse(Problem.notFound("This order was")));
    }

    private record Cancelling(@Nullable String reason) {}

    private record Attempt(Ordering.Seen order, OrderView.PaymentPart payment) {}

    private record PayAgain(@Nullable String paymentMethod) {}
}
