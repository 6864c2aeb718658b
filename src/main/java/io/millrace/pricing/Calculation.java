package io.millrace.pricing;

import io.millrace.money.Money;
import io.millrace.money.Percent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The arithmetic of a quote: values in, a quote out, no clock and no database.
///
/// A quantity break belongs to the variant's quantity over the whole cart: two lines of 75 bags (one engraved, one not)
/// are 150 bags. Tax is the one thing that is rounded: half up on the minor unit, per line and for shipping.
final class Calculation {
    private Calculation() {}

    /// A way to ship: what it costs follows from what the goods cost (free from a sum on).
    record Way(String code, String name, String taxCategory, UnaryOperator<Money> priceFor) {}

    static Quoting price(Rules rules, Collection<Want> wants, Map<UUID, PriceTag> tags, @Nullable Way way,
        Instant expiresAt) {
        Set<UUID> unpriced = new LinkedHashSet<>();
        for (Want want : wants) if (!tags.containsKey(want.variantId())) unpriced.add(want.variantId());
        if (!unpriced.isEmpty()) return new Quoting.Unpriced(unpriced);
        try {
            return new Quoting.Quoted(quote(rules, wants, tags, way, expiresAt));
        } catch (ArithmeticException tooLarge) {
            return new Quoting.AmountTooLarge();
        }
    }

    private static Quote quote(Rules rules, Collection<Want> wants, Map<UUID, PriceTag> tags, @Nullable Way way,
        Instant expiresAt) {
        Map<UUID, Long> together = new HashMap<>();
        for (Want want : wants) together.merge(want.variantId(), (long) want.quantity(), Math::addExact);
        Sums sums = new Sums();
        List<Quote.Line> lines = new ArrayList<>(wants.size());
        for (Want want : wants) {
            Quote.Line line = line(rules, want, tags.get(want.variantId()), together.get(want.variantId()));
            sums.add(line);
            lines.add(line);
        }
        Quote.Shipping shipping = way == null || wants.stream().noneMatch(Want::travels) ? null
            : shipping(rules, way, money(Math.subtractExact(sums.subtotal, sums.discount), rules));
        if (shipping != null) sums.add(shipping);
        Money total = money(sums.total, rules);
        String hash = sha256(canonical(rules, lines, shipping, sums));
        return new Quote(rules.channel(), rules.currency(), rules.taxIncluded(), lines, shipping,
            money(sums.subtotal, rules), money(sums.discount, rules), money(sums.shipping, rules),
            money(sums.tax, rules), total, hash, expiresAt);
    }

    private static Quote.Line line(Rules rules, Want want, @Nullable PriceTag tag, @Nullable Long together) {
        if (tag == null || together == null) throw new IllegalStateException("an unpriced line");
        PriceTag.Step step = tag.at(together);
        Money unit = money(tag.listMinor(), rules);
        Money paid = money(step.minor(), rules);
        Money lineTotal = limited(unit.times(want.quantity()));
        Money due = paid.times(want.quantity());
        Percent rate = rules.rate(want.taxCategory());
        Money tax = rules.taxIncluded() ? rate.inside(due) : rate.of(due);
        return new Quote.Line(want.variantId(), want.quantity(), together, step.minor() < tag.listMinor()
            ? step.fromQuantity() : 1, unit, paid, lineTotal, lineTotal.minus(due), rate, tax,
            limited(rules.taxIncluded() ? due : due.plus(tax)));
    }

    private static Quote.Shipping shipping(Rules rules, Way way, Money goods) {
        Money price = way.priceFor().apply(goods);
        Percent rate = rules.rate(way.taxCategory());
        Money tax = rules.taxIncluded() ? rate.inside(price) : rate.of(price);
        return new Quote.Shipping(way.code(), way.name(), price, rate, tax,
            limited(rules.taxIncluded() ? price : price.plus(tax)));
    }

    /// One text for one price: versioned, without names and times, its lines in an order of their own.
    private static String canonical(Rules rules, List<Quote.Line> lines, Quote.@Nullable Shipping shipping, Sums sums) {
        StringBuilder text = new StringBuilder(64 + 96 * lines.size());
        text.append("quote/1 ").append(rules.channel()).append(' ').append(rules.currency().getCurrencyCode())
            .append(rules.taxIncluded() ? " inclusive\n" : " exclusive\n");
        lines.stream().map(Calculation::canonical).sorted().forEach(text::append);
        if (shipping != null)
            text.append("shipping ").append(shipping.code()).append(' ')
                .append(shipping.price().minor()).append(' ').append(shipping.taxRate().basisPoints()).append(' ')
                .append(shipping.tax().minor()).append('\n');
        return text.append("sums ").append(sums.subtotal).append(' ').append(sums.discount).append(' ')
            .append(sums.shipping).append(' ').append(sums.tax).append(' ').append(sums.total).append('\n').toString();
    }

    private static String canonical(Quote.Line line) {
        return line.variantId() + " " + line.quantity() + " " + line.unitPrice().minor() + " "
            + line.paidPrice().minor() + " " + line.taxRate().basisPoints() + " " + line.tax().minor() + "\n";
    }

    private static Money money(long minor, Rules rules) {
        return limited(new Money(minor, rules.currency()));
    }

    private static Money limited(Money amount) {
        if (amount.minor() > Quote.MINOR_MAX) throw new ArithmeticException("too large");
        return amount;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(
                MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The running sums; exact, so that too much is an error and never a wrong number.
    private static final class Sums {
        private long subtotal;
        private long discount;
        private long shipping;
        private long tax;
        private long total;

        private void add(Quote.Line line) {
            subtotal = Math.addExact(subtotal, line.lineTotal().minor());
            discount = Math.addExact(discount, line.discount().minor());
            tax = Math.addExact(tax, line.tax().minor());
            total = Math.addExact(total, line.total().minor());
        }

        private void add(Quote.Shipping way) {
            shipping = Math.addExact(shipping, way.price().minor());
            tax = Math.addExact(tax, way.tax().minor());
            total = Math.addExact(total, way.total().minor());
        }
    }
}
