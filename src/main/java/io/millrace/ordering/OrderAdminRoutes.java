package io.millrace.ordering;

import static io.millrace.http.Access.needs;

import io.millrace.audit.Audit;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.OneLine;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.messaging.Change;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// Orders, for the shop's people: lists with filters, and commands instead of free statuses.
final class OrderAdminRoutes {
    private static final int TEXT_CHARS_MAX = 80;
    private static final int UNEXPECTED_SHOWN = 100;

    private final Orders orders;
    private final Moves moves;
    private final Tally tally;
    private final PhoneRoutes phones;
    private final Repeats repeats;
    private final Persons persons;
    private final Audit audit;
    private final InstantSource clock;

    OrderAdminRoutes(Orders orders, Moves moves, Tally tally, PhoneRoutes phones, Repeats repeats,
        Persons persons, Audit audit, InstantSource clock) {
        this.orders = orders;
        this.moves = moves;
        this.tally = tally;
        this.phones = phones;
        this.repeats = repeats;
        this.persons = persons;
        this.audit = audit;
        this.clock = clock;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/admin/orders", rows -> {
            rows.GET("", needs(Ordering.ADMIN), this::list);
            rows.GET("/unexpected", needs(Ordering.ADMIN), this::unexpected);
            rows.POST("/unexpected/{id}/resolve", needs(Ordering.ADMIN), this::resolve);
            phones.adminTable(rows);
            rows.PUT("/{id}/status", needs(Ordering.ADMIN), this::status).ownsIdempotency();
            rows.POST("/{id}/pack", needs(Ordering.ADMIN), this::pack).ownsIdempotency();
            rows.POST("/{id}/ship", needs(Ordering.ADMIN), this::ship).ownsIdempotency();
            rows.POST("/{id}/deliver", needs(Ordering.ADMIN), this::deliver).ownsIdempotency();
            rows.POST("/{id}/complete", needs(Ordering.ADMIN), this::complete).ownsIdempotency();
        });
    }

    private Mono<Reply> list(ServerRequest request) {
        var filter = new Orders.Filter(request.queryParam("channel").orElse(null),
            request.queryParam("status").orElse(null), request.queryParam("payment_status").orElse(null),
            request.queryParam("phone").orElse(null), request.queryParam("number").orElse(null));
        if (filter.status() != null && OrderStatus.of(filter.status()).isEmpty())
            return Reply.refuse(Problem.invalid("status", "is not a status of an order"));
        if (Listing.isStream(request)) return Listing.stream(page -> orders.all(filter, page));
        Listing listing = Listing.of(request);
        return orders.all(filter, listing.rows()).collectList().flatMap(read -> listing.reply(read, null));
    }

    private Mono<Reply> unexpected(ServerRequest request) {
        return orders.unexpected(UNEXPECTED_SHOWN).collectList().flatMap(Reply::ok);
    }

    private Mono<Reply> resolve(ServerRequest request) {
        return OrderRoutes.id(request)
            .flatMap(id -> orders.resolve(id, Caller.of(request).account(), clock.instant(), audit.entry(request,
                "unexpected.resolve", "unexpected:" + id, Map.of("resolved", false), Map.of("resolved", true))))
            .filter(resolved -> resolved).flatMap(resolved -> tally.refresh(orders).then(Reply.noContent()))
            .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.notFound("This was"))));
    }

    /// A status is never set: naming one asks for the command that leads there.
    private Mono<Reply> status(ServerRequest request) {
        Commanded body = Api.body(request, Commanded.class);
        OrderStatus wanted = body.status() == null ? null : OrderStatus.of(body.status()).orElse(null);
        return switch (wanted) {
            case PROCESSING -> move(request, new OrderFact.PackWanted());
            case SHIPPED -> move(request, shipping(body.carrier(), body.trackingNumber()));
            case DELIVERED -> move(request, new OrderFact.DeliverWanted());
            case COMPLETED -> move(request, new OrderFact.CompleteWanted());
            case CANCELLED -> move(request, new OrderFact.CancelWanted("shop", "shop_wish"), why(body.reason()));
            case PENDING_PAYMENT, CONFIRMED -> Reply.refuse(Problem.invalid("status", "comes by payment only"));
            case null -> Reply.refuse(Problem.invalid("status", "is not a status of an order"));
        };
    }

    private Mono<Reply> pack(ServerRequest request) {
        return move(request, new OrderFact.PackWanted());
    }

    private Mono<Reply> ship(ServerRequest request) {
        Shipping body = Api.raw(request).length == 0 ? new Shipping(null, null) : Api.body(request, Shipping.class);
        return move(request, shipping(body.carrier(), body.trackingNumber()));
    }

    private Mono<Reply> deliver(ServerRequest request) {
        return move(request, new OrderFact.DeliverWanted());
    }

    private Mono<Reply> complete(ServerRequest request) {
        return move(request, new OrderFact.CompleteWanted());
    }

    private Mono<Reply> move(ServerRequest request, OrderFact wish) {
        return move(request, wish, null);
    }

    private Mono<Reply> move(ServerRequest request, OrderFact wish, @Nullable String words) {
        return OrderRoutes.id(request)
            .flatMap(id -> persons.saying(id, words, clock.instant(), accounted(request, wish))
                .flatMap(along -> moves.wish(id, Ordering.asker(request), wish, along)))
            .map(OrderRoutes::answer).switchIfEmpty(OrderRoutes.absent());
    }

    /// The reply to a repeat, and who of the shop's people did it.
    private BiFunction<Stored, Stored, Change> accounted(ServerRequest request, OrderFact wish) {
        var kept = repeats.of(request);
        String action = "order." + wish.getClass().getSimpleName().replace("Wanted", "").toLowerCase(Locale.ROOT);
        return (was, is) -> kept.apply(is)
            .with(audit.entry(request, action, is.order().ref(), state(was.order()), state(is.order())));
    }

    private static Map<String, Object> state(Order order) {
        return Map.of("status", order.status().word(), "payment_status", order.money().word(),
            "fulfilment_status", order.goods().word(), "version", order.version());
    }

    private static OrderFact shipping(@Nullable String carrier, @Nullable String number) {
        Fields fields = new Fields();
        String by = OneLine.optional(fields, "carrier", carrier, TEXT_CHARS_MAX);
        String tracking = OneLine.optional(fields, "tracking_number", number, TEXT_CHARS_MAX);
        fields.orRefuse();
        return new OrderFact.ShipWanted(by, tracking);
    }

    private static @Nullable String why(@Nullable String reason) {
        Fields fields = new Fields();
        String why = OneLine.optional(fields, "reason", reason, TEXT_CHARS_MAX);
        fields.orRefuse();
        return why;
    }

    private record Commanded(@Nullable String status, @Nullable String reason, @Nullable String carrier,
        @Nullable String trackingNumber) {}

    private record Shipping(@Nullable String carrier, @Nullable String trackingNumber) {}
}
