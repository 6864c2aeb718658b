package io.millrace.tracking;

import static io.millrace.http.Access.anyone;

import io.millrace.fulfilment.Fulfilment;
import io.millrace.fulfilment.Parcel;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.ClientAddress;
import io.millrace.http.Ids;
import io.millrace.http.Listener;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.ordering.OrderStatus;
import io.millrace.ordering.Ordering;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// An order's story: as a timeline, as a live stream, and the tickets that let a browser open one.
final class TrackingRoutes {
    private static final int TOO_MANY_RETRY_SECONDS = 30;
    private static final int ID_CHARS_MAX = 18;

    private final Ordering ordering;
    private final Fulfilment fulfilment;
    private final Window window;
    private final Tickets tickets;

    TrackingRoutes(Ordering ordering, Fulfilment fulfilment, Window window, Tickets tickets) {
        this.ordering = ordering;
        this.fulfilment = fulfilment;
        this.window = window;
        this.tickets = tickets;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/orders", rows -> {
            rows.GET("/{id}/events", anyone(), this::events).buys();
            rows.GET("/{id}/track", anyone(), this::track).buys();
            rows.POST("/{id}/stream-tickets", anyone(), this::ticket);
        });
    }

    private Mono<Reply> events(ServerRequest request) {
        String ticket = request.queryParam("ticket").orElse(null);
        return ticket == null ? seen(request).flatMap(order -> told(request, order, holder(request)))
            .switchIfEmpty(absent()) : byTicket(request, ticket);
    }

    private Mono<Reply> byTicket(ServerRequest request, String ticket) {
        UUID order = Ids.read(request.pathVariable("id")).orElse(null);
        if (order == null) return Reply.refuse(Problem.unauthorized());
        return tickets.redeem(ticket, order)
            .flatMap(holder -> ordering.seen(order).flatMap(seen -> told(request, seen, holder)))
            .switchIfEmpty(Mono.defer(() -> Reply.refuse(Problem.unauthorized())));
    }

    private Mono<Reply> told(ServerRequest request, Ordering.Seen order, Tickets.Holder holder) {
        if (!wantsStream(request)) return window.timeline(order.ref()).flatMap(Reply::ok);
        Flux<Reply.Event> story = window.story(order.ref(), after(request, order.version()), holder.reader())
            .orElse(null);
        return story == null ? Reply.refuse(Problem.of(429, "too_many_streams", "Close another stream first")
            .header("Retry-After", Integer.toString(TOO_MANY_RETRY_SECONDS))) : Reply.events(story, holder.owner());
    }

    private Mono<Reply> track(ServerRequest request) {
        return seen(request).flatMap(order -> window.timeline(order.ref())
            .flatMap(timeline -> fulfilment.of(order.ref()).collectList().flatMap(parcels -> Reply.ok(new Track(
                order.id(), order.number(), order.status(), order.paymentStatus(), order.fulfilmentStatus(), timeline,
                parcels)))))
            .switchIfEmpty(absent());
    }

    private Mono<Reply> ticket(ServerRequest request) {
        return seen(request).flatMap(order -> tickets.issue(order.id(), holder(request)))
            .map(ticket -> new Reply(201, Map.of("Cache-Control", "no-store"), new Reply.Body.Data(
                new Issued(ticket, Tickets.LIFE.toSeconds()), null, null)))
            .switchIfEmpty(absent());
    }

    private Mono<Ordering.Seen> seen(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id"))).flatMap(id -> ordering.seen(id, request));
    }

    private static Mono<Reply> absent() {
        return Mono.defer(() -> Reply.refuse(Problem.notFound("This order was")));
    }

    private static boolean wantsStream(ServerRequest request) {
        String accept = request.headers().firstHeader("Accept");
        return accept != null && accept.contains("text/event-stream");
    }

    /// Where the reader left off; an id that is not of this story means from the beginning.
    private static long after(ServerRequest request, long newest) {
        @Nullable String id = request.headers().firstHeader("Last-Event-ID");
        if (id == null || id.length() > ID_CHARS_MAX || !id.matches("\\d+")) return 0;
        long version = Long.parseLong(id);
        return version <= newest ? version : 0;
    }

    private static Tickets.Holder holder(ServerRequest request) {
        return new Tickets.Holder(reader(request), Listener.of(Caller.of(request)).orElse(null));
    }

    /// Whose streams are counted together: an account's, or those of one address (IPv6: one network).
    private static String reader(ServerRequest request) {
        return Caller.of(request).id().map(id -> "account:" + id)
            .orElseGet(() -> "address:" + ClientAddress.of(request).network());
    }

    private record Issued(String ticket, long expiresIn) {}

    private record Track(UUID id, String orderNumber, OrderStatus status, OrderStatus.Payment paymentStatus,
        OrderStatus.Fulfilment fulfilmentStatus, List<Map<String, Object>> timeline, List<Parcel> parcels) {}
}
