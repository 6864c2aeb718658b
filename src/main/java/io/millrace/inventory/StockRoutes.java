package io.millrace.inventory;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.money.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// What shoppers may know of stock: whether a basket would fit, and a product's stock now or live.
@Configuration(proxyBeanMethods = false)
class StockRoutes {
    /// Lines of one basket that is only asked about.
    private static final int ITEMS_MAX = 200;

    private final Inventory inventory;
    private final LiveStock live;

    StockRoutes(Inventory inventory, LiveStock live) {
        this.inventory = inventory;
        this.live = live;
    }

    @Bean RouterFunction<ServerResponse> stockApi(Api api) {
        return api.table("", rows -> {
            rows.POST("/cart/validate-inventory", Access.anyone(), this::validate);
            rows.GET("/products/{productId}/stock", Access.anyone(), this::stock);
        });
    }

    record Basket(@Nullable List<Item> items) {}

    record Item(@Nullable UUID variantId, @Nullable Integer quantity) {}

    private Mono<Reply> validate(ServerRequest request) {
        return inventory.check(lines(Api.body(request, Basket.class))).flatMap(Reply::ok);
    }

    private Mono<Reply> stock(ServerRequest request) {
        UUID product = InventoryRoutes.product(request);
        boolean exact = Caller.of(request).may("inventory:write");
        String accept = String.valueOf(request.headers().firstHeader("Accept"));
        if (accept.contains("text/event-stream")) return live.stream(product, exact);
        return live.now(product, exact).flatMap(Reply::ok)
            .switchIfEmpty(Reply.refuse(Problem.notFound("Product")));
    }

    private static List<Line> lines(Basket basket) {
        Fields fields = new Fields();
        List<Item> items = basket.items() == null ? List.of() : basket.items();
        if (items.isEmpty()) fields.wrong("items", "is required");
        if (items.size() > ITEMS_MAX) fields.wrong("items", "has more than " + ITEMS_MAX + " lines");
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < Math.min(items.size(), ITEMS_MAX); i++) {
            UUID variant = fields.required("items[" + i + "].variant_id", items.get(i).variantId());
            Integer quantity = fields.required("items[" + i + "].quantity", items.get(i).quantity());
            if (quantity != null && !Quantity.isValid(quantity))
                fields.wrong("items[" + i + "].quantity", "is 1 to " + Quantity.MAX);
            else
                if (variant != null && quantity != null) lines.add(new Line(variant, quantity));
        }
        fields.orRefuse();
        return lines;
    }
}
