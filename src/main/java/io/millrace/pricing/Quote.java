package io.millrace.pricing;

import io.millrace.money.Money;
import io.millrace.money.Percent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a set of wants costs, for good: a quote never changes, and the same wants at the same prices give the same
/// bytes and the same `hash`, in whatever order the lines came.
///
/// The sums: `subtotal` is all `lineTotal`s (list price x quantity), `discountTotal` what quantity breaks took off,
/// `taxTotal` the tax of lines and shipping. Where prices do not include tax,
/// `total = subtotal - discountTotal + shippingTotal + taxTotal`; where they do (`taxIncluded`), the tax is already
/// inside and `total = subtotal - discountTotal + shippingTotal`. Either way the total is exactly the sum of the
/// lines' and the shipping's totals: tax is rounded once per line, half up on the minor unit, and nothing else is.
public record Quote(String channel, Currency currency, boolean taxIncluded, List<Line> lines,
    @Nullable Shipping shipping, Money subtotal, Money discountTotal, Money shippingTotal, Money taxTotal, Money total,
    String hash, Instant expiresAt) {
    /// No amount of a quote passes 15 digits of minor units: exact in every client's numbers, far from overflow here.
    public static final long MINOR_MAX = 999_999_999_999_999L;

    /// One line. `cartQuantity` is the variant's quantity over all lines of the quote: it decides the break
    /// (`breakFrom`, 1 when none). `unitPrice` is the list price of one, `paidPrice` what one really costs.
    public record Line(UUID variantId, int quantity, long cartQuantity, int breakFrom, Money unitPrice, Money paidPrice,
        Money lineTotal, Money discount, Percent taxRate, Money tax, Money total) {

        /// What the seller earns on the line: the total without its tax.
        public Money net() {
            return total.minus(tax);
        }
    }

    /// The way the goods go out, and what it costs.
    public record Shipping(String code, String name, Money price, Percent taxRate, Money tax, Money total) {
        public Money net() {
            return total.minus(tax);
        }
    }

    /// A step of the explanation, for machines (`rule`, `amount`) and for people (`text`). The amounts of a line's
    /// steps sum to its total; a tax that the price includes is told without counting again (`counts` is false).
    public record Step(String rule, String text, Money amount, boolean counts) {}

    /// The price of a variant moved from what the buyer saw.
    public record Move(UUID variantId, Money seen, Money now) {}

    /// Why a checkout must ask again: the lines that moved, the hash to agree to, and the total it stands for.
    public record Difference(List<Move> lines, String quoteHash, Money total) {}

    public Quote {
        lines = List.copyOf(lines);
        long sum = shipping == null ? 0 : shipping.total().minor();
        for (Line line : lines) sum = Math.addExact(sum, line.total().minor());
        Money added = taxIncluded ? Money.zero(currency) : taxTotal;
        if (sum != total.minor() || !subtotal.minus(discountTotal).plus(shippingTotal).plus(added).equals(total))
            throw new IllegalStateException("the parts of a quote do not sum to its total");
    }

    /// Whether a buyer who agreed to something may be charged this. With the hash of a quote that he was shown, only
    /// exactly that quote will do; without one, every variant must cost what he last saw in his cart. Empty: charge.
    ///
    /// @param agreedHash the `quote_hash` the client sent, if any
    /// @param seen the unit prices the client was last shown, by variant; variants never shown do not object
    public Optional<Difference> differenceFrom(@Nullable String agreedHash, Map<UUID, Money> seen) {
        if (hash.equals(agreedHash)) return Optional.empty();
        Map<UUID, Move> moves = new LinkedHashMap<>();
        for (Line line : lines) {
            Money before = seen.get(line.variantId());
            if (before != null && !before.equals(line.paidPrice()))
                moves.put(line.variantId(), new Move(line.variantId(), before, line.paidPrice()));
        }
        return agreedHash == null && moves.isEmpty() ? Optional.empty()
            : Optional.of(new Difference(List.copyOf(moves.values()), hash, total));
    }

    /// How a line came to its total.
    public List<Step> explain(Line line) {
        List<Step> steps = new ArrayList<>(3);
        steps.add(new Step("list_price", line.quantity() + " x " + line.unitPrice() + " = " + line.lineTotal(),
            line.lineTotal(), true));
        if (!line.discount().isZero())
            steps.add(new Step("quantity_break", "from " + line.breakFrom() + " on, one costs " + line.paidPrice()
                + (line.cartQuantity() == line.quantity() ? "" : " (" + line.cartQuantity() + " in all lines)")
                + ": -" + line.discount(), line.discount().negated(), true));
        steps.add(tax(line.taxRate(), line.tax(), line.lineTotal().minus(line.discount())));
        return List.copyOf(steps);
    }

    /// How shipping came to its total.
    public List<Step> explain(Shipping way) {
        return List.of(new Step("shipping", way.name() + ": " + way.price(), way.price(), true),
            tax(way.taxRate(), way.tax(), way.price()));
    }

    private Step tax(Percent rate, Money tax, Money base) {
        return taxIncluded
            ? new Step("tax_included", base + " includes " + rate + " tax: " + tax, tax, false)
            : new Step("tax", rate + " tax on " + base + ": " + tax, tax, true);
    }
}
