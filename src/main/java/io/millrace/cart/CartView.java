package io.millrace.cart;

import io.millrace.catalog.Variant;
import io.millrace.money.Money;
import io.millrace.pricing.Quote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A cart and its quote as clients see them.
///
/// The sums of a cart are those of its quote with the channel's first way to ship, over the items that can be bought.
/// `quote_hash` is what the client may send at checkout to agree to exactly these sums. An item that cannot be bought
/// says so in `problem`, has no price, and makes `can_checkout` false.
record CartView(@Nullable UUID id, long version, String channel, String currency, List<Item> items, int itemCount,
    boolean taxIncluded, @Nullable String shippingMethod, Money subtotal, Money discountTotal, Money shippingTotal,
    Money taxTotal, Money total, String quoteHash, boolean canCheckout) {

    /// `unit_price` is the list price, `line_total` that times the quantity, `discount` what a quantity break takes
    /// off, `total` what the line comes to with its tax. `price_was` is there once after the price moved by itself.
    record Item(UUID id, UUID variantId, @Nullable UUID productId, @Nullable String productSlug, @Nullable String sku,
        @Nullable String name, @Nullable String imageUrl, Map<String, String> options, int quantity,
        @Nullable Money unitPrice, @Nullable Money paidPrice, @Nullable Money lineTotal, @Nullable Money discount,
        @Nullable Money tax, @Nullable Money total, @Nullable Money priceWas, @Nullable String problem) {}

    /// The quote of a cart, with every line's and the shipping's explanation.
    record QuoteView(@Nullable UUID cartId, long cartVersion, String channel, String currency, boolean taxIncluded,
        List<QuoteLine> lines, @Nullable QuoteShipping shipping, Money subtotal, Money discountTotal,
        Money shippingTotal, Money taxTotal, Money total, String quoteHash, Instant expiresAt) {}

    record QuoteLine(UUID itemId, UUID variantId, String name, int quantity, Money unitPrice, Money paidPrice,
        Money lineTotal, Money discount, String taxRate, Money tax, Money total, List<Quote.Step> explanation) {}

    record QuoteShipping(String code, String name, Money price, String taxRate, Money tax, Money total,
        List<Quote.Step> explanation) {}

    static CartView of(Showing.Shown shown) {
        Quote quote = shown.quote();
        Cart cart = shown.cart().cart();
        Quote.Shipping shipping = quote.shipping();
        return new CartView(cart.id(), cart.version(), cart.channel(), quote.currency().getCurrencyCode(),
            items(shown), cart.lines().size(), quote.taxIncluded(), shipping == null ? null : shipping.code(),
            quote.subtotal(), quote.discountTotal(), quote.shippingTotal(), quote.taxTotal(), quote.total(),
            quote.hash(), !cart.isEmpty() && shown.cart().blocked().isEmpty());
    }

    static QuoteView quote(Showing.Shown shown) {
        Quote quote = shown.quote();
        Cart cart = shown.cart().cart();
        return new QuoteView(cart.id(), cart.version(), cart.channel(), quote.currency().getCurrencyCode(),
            quote.taxIncluded(), quoteLines(shown), shipping(quote), quote.subtotal(), quote.discountTotal(),
            quote.shippingTotal(), quote.taxTotal(), quote.total(), quote.hash(), quote.expiresAt());
    }

    private static List<Item> items(Showing.Shown shown) {
        Iterator<Quote.Line> priced = shown.quote().lines().iterator();
        List<Item> items = new ArrayList<>();
        for (Cart.Line line : shown.cart().cart().lines())
            items.add(item(shown, line, shown.cart().sells(line.variantId()) ? priced.next() : null));
        return items;
    }

    private static Item item(Showing.Shown shown, Cart.Line line, Quote.@Nullable Line priced) {
        Variant variant = shown.cart().variants().get(line.variantId());
        UUID product = variant == null ? null : variant.productId();
        String slug = variant == null ? null : variant.productSlug();
        String sku = variant == null ? null : variant.sku();
        String name = variant == null ? null : variant.title();
        String image = variant == null ? null : variant.imageUrl();
        if (priced == null)
            return new Item(line.id(), line.variantId(), product, slug, sku, name, image,
                line.options(), line.quantity(), null, null, null, null, null, null, null, "unavailable");
        return new Item(line.id(), line.variantId(), product, slug, sku, name, image, line.options(), line.quantity(),
            priced.unitPrice(), priced.paidPrice(), priced.lineTotal(), priced.discount(), priced.tax(),
            priced.total(), shown.moved().get(line.variantId()), null);
    }

    private static List<QuoteLine> quoteLines(Showing.Shown shown) {
        Quote quote = shown.quote();
        List<Cart.Line> lines = shown.cart().sellable();
        List<QuoteLine> views = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Quote.Line line = quote.lines().get(i);
            Variant variant = shown.cart().variants().get(line.variantId());
            views.add(new QuoteLine(lines.get(i).id(), line.variantId(), variant == null ? "" : variant.title(),
                line.quantity(), line.unitPrice(), line.paidPrice(), line.lineTotal(), line.discount(),
                line.taxRate().toString(), line.tax(), line.total(), quote.explain(line)));
        }
        return views;
    }

    private static @Nullable QuoteShipping shipping(Quote quote) {
        Quote.Shipping way = quote.shipping();
        return way == null ? null : new QuoteShipping(way.code(), way.name(), way.price(), way.taxRate().toString(),
            way.tax(), way.total(), quote.explain(way));
    }
}
