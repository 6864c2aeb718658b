package io.millrace.inventory;

import io.millrace.audit.Audit;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// The stockroom's door: what lies there, and moving it by hand.
@Configuration(proxyBeanMethods = false)
class InventoryRoutes {
    private static final Access WRITE = Access.needs("inventory:write");
    private static final int REASON_CHARS_MAX = 200;
    private static final int PER_PAGE = 20;
    private static final int PER_PAGE_MAX = 100;
    /// More than this of anything is a mistake.
    private static final long ON_HAND_MAX = 1_000_000_000_000L;

    private final Pools pools;
    private final Messaging messaging;
    private final Audit audit;
    private final InstantSource clock;

    InventoryRoutes(Pools pools, Messaging messaging, Audit audit, InstantSource clock) {
        this.pools = pools;
        this.messaging = messaging;
        this.audit = audit;
        this.clock = clock;
    }

    @Bean RouterFunction<ServerResponse> inventoryApi(Api api) {
        return api.table("/inventory", rows -> {
            rows.GET("/product/{productId}", WRITE, this::show);
            rows.PUT("/product/{productId}", WRITE, this::adjust);
            rows.GET("/product/{productId}/movements", WRITE, this::movements);
        });
    }

    /// Either `delta`, or `on_hand` under `If-Match`; `pool_id` where the product has several pools.
    record Adjustment(@Nullable UUID poolId, @Nullable Long delta, @Nullable Long onHand, @Nullable String reason,
        @Nullable Long lowStockAt) {}

    record StockView(UUID productId, List<PoolView> pools) {}

    record PoolView(UUID poolId, String unit, long onHand, long reserved, long available, long lowStockAt,
        long version, List<Pools.Draw> variants) {}

    private Mono<Reply> show(ServerRequest request) {
        UUID product = product(request);
        return pools.ofProduct(product).flatMap(found -> view(product, found));
    }

    private Mono<Reply> adjust(ServerRequest request) {
        UUID product = product(request);
        Adjustment wish = checked(Api.body(request, Adjustment.class));
        @Nullable String ifMatch = request.headers().firstHeader("If-Match");
        return Change.retryStale(() -> pools.ofProduct(product)
            .flatMap(found -> adjust(product, found, wish, ifMatch, request)))
            .onErrorResume(Refused.class, InventoryRoutes::refusal);
    }

    private Mono<Reply> adjust(UUID product, List<Pools.Pool> found, Adjustment wish, @Nullable String ifMatch,
        ServerRequest request) {
        if (found.isEmpty()) return Reply.refuse(Problem.notFound("Product"));
        if (wish.onHand() != null && ifMatch == null)
            return Reply.refuse(Problem.of(428, "precondition_required",
                "Counting overwrites what others moved: say with If-Match which state you counted"));
        if (ifMatch != null && !ifMatch.equals("*") && !ifMatch.equals(etag(found)))
            return Reply.refuse(Problem.stale());
        Pools.Pool pool = chosen(found, wish.poolId());
        String by = Caller.of(request).id().map(UUID::toString).orElse("");
        Pools.Note note = new Pools.Note(reason(wish), by, clock.instant(), wish.lowStockAt());
        Piece piece = wish.onHand() == null
            ? Pools.add(pool, wish.delta() == null ? 0 : wish.delta(), ifMatch != null, note)
            : Pools.count(pool, wish.onHand(), note);
        Piece entry = audit.entry(request, "stock.adjust", "pool:" + pool.id(), Map.of("on_hand", pool.onHand(),
            "reserved", pool.reserved(), "low_stock_at", pool.lowStockAt()), wish);
        return messaging.commit(Change.of(piece, entry))
            .then(Mono.defer(() -> pools.ofProduct(product)))
            .flatMap(now -> view(product, now));
    }

    /// What is still stale after many tries is somebody else's to explain; what is promised to buyers must stay.
    private static Mono<Reply> refusal(Refused refused) {
        if (refused.is(Refused.STALE)) return Reply.refuse(Problem.stale());
        return refused.is(Pools.BELOW_RESERVED) ? Reply.refuse(Problem.conflict(Pools.BELOW_RESERVED,
            "Less would lie there than is promised to buyers")) : Mono.error(refused);
    }

    private Mono<Reply> movements(ServerRequest request) {
        UUID product = product(request);
        Fields fields = new Fields();
        int perPage = (int) number(fields, "per_page", request.queryParam("per_page").orElse("" + PER_PAGE),
            PER_PAGE_MAX);
        long before = number(fields, "cursor", request.queryParam("cursor").orElse("" + Long.MAX_VALUE),
            Long.MAX_VALUE);
        @Nullable UUID asked = request.queryParam("pool_id").map(text -> Ids.read(text).orElse(null)).orElse(null);
        fields.orRefuse();
        return pools.ofProduct(product).flatMap(found -> found.isEmpty()
            ? Reply.refuse(Problem.notFound("Product")) : page(chosen(found, asked), before, perPage));
    }

    private Mono<Reply> page(Pools.Pool pool, long before, int perPage) {
        return pools.movements(pool.id(), before, perPage + 1).collectList().flatMap(found -> {
            boolean more = found.size() > perPage;
            List<Pools.Movement> page = more ? found.subList(0, perPage) : found;
            return Reply.page(page, new Reply.Pagination(null, perPage, null, null, null, null,
                more ? Long.toString(page.getLast().seq()) : null));
        });
    }

    private static Mono<Reply> view(UUID product, List<Pools.Pool> found) {
        if (found.isEmpty()) return Reply.refuse(Problem.notFound("Product"));
        StockView view = new StockView(product, found.stream().map(pool -> new PoolView(pool.id(), pool.unit(),
            pool.onHand(), pool.reserved(), pool.available(), pool.lowStockAt(), pool.version(), pool.draws()))
            .toList());
        return Reply.ok(view).map(reply -> reply.header("ETag", etag(found)));
    }

    /// Changes whenever anything moved or a mark was set.
    private static String etag(List<Pools.Pool> pools) {
        long state = pools.size();
        for (Pools.Pool pool : pools) state = (state * 31 + pool.version()) * 31 + pool.lowStockAt();
        return "\"" + Long.toHexString(state) + "\"";
    }

    private static Pools.Pool chosen(List<Pools.Pool> found, @Nullable UUID wanted) {
        if (wanted == null && found.size() > 1)
            throw new ProblemException(Problem.invalid("pool_id",
                "is required: the product has " + found.size() + " pools"));
        return found.stream().filter(pool -> wanted == null || pool.id().equals(wanted)).findFirst()
            .orElseThrow(() -> new ProblemException(Problem.invalid("pool_id", "is not a pool of this product")));
    }

    private static Adjustment checked(Adjustment wish) {
        Fields fields = new Fields();
        if (wish.delta() != null && wish.onHand() != null) fields.wrong("on_hand", "excludes delta");
        if (wish.delta() == null && wish.onHand() == null && wish.lowStockAt() == null)
            fields.wrong("delta", "is required, or on_hand, or low_stock_at");
        if (wish.delta() != null) fields.text("reason", wish.reason(), REASON_CHARS_MAX);
        fields.optionalText("reason", wish.reason(), REASON_CHARS_MAX);
        fields.must("delta", wish.delta(), delta -> delta != 0 && Math.abs(delta) <= ON_HAND_MAX,
            "is not 0 and at most " + ON_HAND_MAX);
        fields.must("on_hand", wish.onHand(), count -> count >= 0 && count <= ON_HAND_MAX, "is 0 to " + ON_HAND_MAX);
        fields.must("low_stock_at", wish.lowStockAt(), mark -> mark >= 0 && mark <= ON_HAND_MAX,
            "is 0 to " + ON_HAND_MAX);
        fields.orRefuse();
        return wish;
    }

    private static String reason(Adjustment wish) {
        return wish.reason() == null || wish.reason().isBlank() ? "count" : wish.reason().strip();
    }

    private static long number(Fields fields, String field, String text, long max) {
        try {
            long number = Long.parseLong(text);
            if (number >= 1 && number <= max) return number;
        } catch (NumberFormatException e) {
            // said below, together with numbers out of bounds
        }
        fields.wrong(field, "is a number from 1 to " + max);
        return 1;
    }

    static UUID product(ServerRequest request) {
        return Ids.read(request.pathVariable("productId"))
            .orElseThrow(() -> new ProblemException(Problem.notFound("Product")));
    }
}
