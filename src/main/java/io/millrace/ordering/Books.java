package io.millrace.ordering;

import io.millrace.ledger.Journal;
import io.millrace.ledger.Journal.Entry;
import io.millrace.money.Money;
import java.util.ArrayList;
import java.util.List;

/// What an order's moves are in the book. A confirmed order is a sale that its payer owes (`receivable:order:...`);
/// payment books the money that comes and goes against the same account, so that a settled order leaves it at zero.
/// Sales hold goods, and shipping what it costs to send them, both without tax.
final class Books {
    private Books() {}

    /// What of an order's total is earned by shipping (without its tax), and what is tax.
    record Parts(Money shipping, Money tax) {
        static Parts of(OrderView view) {
            OrderView.Shipping way = view.shipping();
            return new Parts(way == null ? Money.zero(view.total().currency()) : way.total().minus(way.tax()),
                view.taxTotal());
        }
    }

    static Journal sale(Order order, String channel, Parts parts) {
        return new Journal(ref("sale", order), "order confirmed", sold(order, channel, parts));
    }

    /// The sale is off; what was given back of it before is no cost any more either.
    static Journal unsale(Order order, String channel, Parts parts, Money refundedBefore) {
        Journal back = new Journal("-", "-", sold(order, channel, parts)).reversed(ref("unsale", order),
            "order cancelled");
        if (refundedBefore.isZero()) return back;
        List<Entry> entries = new ArrayList<>(back.entries());
        entries.add(new Entry(receivable(order), refundedBefore));
        entries.add(new Entry("refunds:" + channel, refundedBefore.negated()));
        return new Journal(back.ref(), back.memo(), entries);
    }

    /// Money given back of a sale that stands.
    static Journal refund(Order order, String channel, Money amount) {
        return Journal.move(ref("allowance", order), "refund of a sale", "refunds:" + channel, receivable(order),
            amount);
    }

    private static List<Entry> sold(Order order, String channel, Parts parts) {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(receivable(order), order.total()));
        entries.add(new Entry("sales:" + channel, parts.tax().plus(parts.shipping()).minus(order.total())));
        if (!parts.shipping().isZero()) entries.add(new Entry("shipping:" + channel, parts.shipping().negated()));
        if (!parts.tax().isZero()) entries.add(new Entry("tax:" + channel, parts.tax().negated()));
        return entries;
    }

    private static String receivable(Order order) {
        return "receivable:" + order.ref();
    }

    /// An order's version moves with everything that happens to it, so one move books once.
    private static String ref(String what, Order order) {
        return what + ":" + order.ref() + ":" + order.version();
    }
}
