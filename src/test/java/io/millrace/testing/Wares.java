package io.millrace.testing;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.Offer;
import io.millrace.catalog.Product;
import io.millrace.catalog.ProductDraft;
import io.millrace.catalog.ProductType;
import io.millrace.catalog.Saved;
import io.millrace.catalog.Unit;
import io.millrace.catalog.VariantDraft;
import io.millrace.money.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Goods of your own to put on sale in a shop: `wares.piece("ebuildify", "Cement", "82.00 GHS", "150 77.90 GHS")`.
public record Wares(Shop shop) {
    /// A new product with one variant; breaks read "from-quantity amount currency".
    public Product piece(String channel, String name, @Nullable String price, String... breaks) {
        return save(channel, name, variant(null, price, breaks));
    }

    /// The variant of a product that has one.
    public UUID variant(String channel, String name, String price, String... breaks) {
        return piece(channel, name, price, breaks).variants().getFirst().id();
    }

    /// Says a new price of the product's variant, as a catalogue writer.
    public Product reprice(Product product, @Nullable String price, String... breaks) {
        return saved(new ProductDraft(product.id(), product.channel(), null, null, null, null, null, null, null, null,
            null, null, null, null, null, null,
            List.of(variant(product.variants().getFirst().id(), price, breaks)), true, null));
    }

    public Product save(String channel, String name, VariantDraft... variants) {
        return saved(ProductDraft.of(channel, name, ProductType.PHYSICAL, variants));
    }

    public Product saved(ProductDraft draft) {
        Saved saved = shop.bean(Catalog.class).save(List.of(draft), Catalog.Repeats.COUNT).toFuture().join().getFirst();
        return switch (saved) {
            case Saved.Created(var product) -> product;
            case Saved.Changed(var product) -> product;
            case Saved.Unchanged(var product) -> product;
            default -> throw new AssertionError(saved.toString());
        };
    }

    /// A client that holds the demo admin's token.
    public Client admin() {
        return new People(shop).admin();
    }

    /// A client signed in as somebody new.
    public Client customer() {
        return new People(shop).customer();
    }

    private static VariantDraft variant(@Nullable UUID id, @Nullable String price, String... breaks) {
        List<Offer.Break> steps = new ArrayList<>();
        for (String step : breaks) {
            String[] parts = step.split(" ", 2);
            steps.add(new Offer.Break(Integer.parseInt(parts[0]), Money.parse(parts[1])));
        }
        return new VariantDraft(id, null, null, null, Unit.PIECE, 1L, null, null, null, null, null,
            price == null ? null : Money.parse(price), breaks.length == 0 ? null : steps, null);
    }
}
