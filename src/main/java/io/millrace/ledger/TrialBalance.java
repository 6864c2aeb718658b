package io.millrace.ledger;

import io.millrace.money.Money;
import java.util.List;

/// All posted money by account, as of one moment. Per-order accounts are summed under their prefix. `balanced` says
/// that debits equal credits in every currency; it is computed, not assumed.
public record TrialBalance(boolean balanced, List<Line> accounts, List<Total> totals) {

    /// One account in one currency; `balance` is debit minus credit.
    public record Line(String account, String kind, Money debit, Money credit, Money balance) {}

    public record Total(Money debit, Money credit) {}
}
