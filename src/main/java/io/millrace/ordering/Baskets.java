package io.millrace.ordering;

import io.millrace.cart.Cart;
import io.millrace.cart.CartRef;
import io.millrace.cart.Carts;
import io.millrace.cart.PricedCart;
import io.millrace.catalog.Catalog;
import io.millrace.catalog.Variant;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import io.millrace.pricing.Pricing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Reads what is to be ordered, with its variants and prices, in one round trip.
final class Baskets {
    private final Carts carts;
    private final Postgres postgres;

    Baskets(Carts carts, Postgres postgres) {
        this.carts = carts;
        this.postgres = postgres;
    }

    Mono<Basket> of(CartRef cart, PlaceOrder.Wish wish) {
        return wish.lines() == null ? carts.read(cart).map(Baskets::basket) : of(cart.channel(), wish.lines());
    }

    private static Basket basket(PricedCart priced) {
        Cart cart = priced.cart();
        return new Basket(cart.lines().stream().map(line -> new PlaceOrder.WantedLine(line.variantId(),
            line.quantity(), line.options())).toList(), priced.variants(), priced.tags(), cart.seen(), cart.id(),
            cart.version());
    }

    private Mono<Basket> of(String channel, List<PlaceOrder.WantedLine> lines) {
        List<UUID> ids = lines.stream().map(PlaceOrder.WantedLine::variantId).distinct().toList();
        return postgres.run(Write.of(Catalog.variantsPiece(channel, ids), Pricing.tagsPiece(channel, ids)))
            .map(found -> new Basket(lines, variants(found), Pricing.read(found.get("pricing_tags", String.class)),
                Map.of(), null, 0));
    }

    private static Map<UUID, Variant> variants(Write.Answers found) {
        Map<UUID, Variant> variants = new HashMap<>();
        String json = Objects.requireNonNull(found.get("catalog_variants", String.class));
        for (Variant variant : Catalog.read(json)) variants.put(variant.id(), variant);
        return variants;
    }
}
