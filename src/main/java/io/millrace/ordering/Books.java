package io.millrace.ordering;

import io.millrace.ledger.Journal;
import io.millrace.ledger.Journal.Entry;
import io.millrace.money.Money;
import java.util.List;

/// What an order's moves are in the book. A confirmed order is a sale that its payer owes (`receivable:order:...`);
/// payment books the money that comes and goes against the same account, so that a settled order leaves it at zero.
/// Sales hold goods and shipping without tax.
final class Books {
    private Books() {}

    static Journal sale(Order order, String channel, Money tax) {
        return new Journal(ref("sale", order), "order confirmed", sold(order, channel, tax));
    }

    /// The sale is off; what was given back of it before is no cost any more either.
    static Journal unsale(Order order, String channel, Money tax, Money refundedBefore) {
        Journal back = new Journal("-", "-", sold(order, channel, tax)).reversed(ref("unsale", order),
            "order cancelled");
        if (refundedBefore.isZero()) return back;
        List<Entry> entries = new java.util.ArrayList<>(back.entries());
        entries.add(new Entry(receivable(order), refundedBefore));
        entries.add(new Entry("refunds:" + channel, refundedBefore.negated()));
        return new Journal(back.ref(), back.memo(), entries);
    }

    /// Money given back of a sale that stands.
    static Journal refund(Order order, String channel, Money amount) {
        return Journal.move(ref("allowance", order), "refund of a sale", "refunds:" + channel, receivable(order),
            amount);
    }

    private static List<Entry> sold(Order order, String channel, Money tax) {
        Entry owed = new Entry(receivable(order), order.total());
        Entry earned = new Entry("sales:" + channel, tax.minus(order.total()));
        return tax.isZero() ? List.of(owed, earned) : List.of(owed, earned, new Entry("tax:" + channel, tax.negated()));
    }

    private static String receivable(Order order) {
        return "receivable:" + order.ref();
    }

    /// An order's version moves with everything that happens to it, so one move books once.
    private static String ref(String what, Order order) {
        return what + ":" + order.ref() + ":" + order.version();
    }
}
