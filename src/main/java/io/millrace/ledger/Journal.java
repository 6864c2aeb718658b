package io.millrace.ledger;

import io.millrace.money.Money;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One movement of money: what it is called (`ref`, unique for ever: the same ref posts once however often it is sent),
/// what it was for, and its entries, which sum to zero in every currency or the journal is not born.
public record Journal(String ref, String memo, List<Entry> entries) {
    /// More entries than this in one journal is a mistake.
    static final int ENTRIES_MAX = 1_000;
    private static final int TEXT_CHARS_MAX = 200;
    /// The kinds of accounts that may be guarded (constraint `accounts_guard_purses`).
    private static final Set<String> PURSES = Set.of("wallet", "credit", "seller", "gift");

    /// One line of a journal. `account` is `prefix:name` with a prefix of the chart (`gateway:stripe`, `sales:pecos`,
    /// `receivable:order:0198...`); a debit is positive, a credit negative.
    public record Entry(String account, Money debitPositive) {
        public Entry {
            if (!account.matches("[a-z_]+:[A-Za-z0-9_:.-]{1,120}"))
                throw new IllegalArgumentException("an account reads like gateway:stripe, not " + account);
        }
    }

    public Journal {
        entries = List.copyOf(entries);
        if (ref.isBlank() || ref.length() > TEXT_CHARS_MAX || memo.length() > TEXT_CHARS_MAX)
            throw new IllegalArgumentException("a journal has a ref and a memo of at most " + TEXT_CHARS_MAX);
        if (entries.isEmpty() || entries.size() > ENTRIES_MAX)
            throw new IllegalArgumentException("a journal has 1 to " + ENTRIES_MAX + " entries");
        Map<Currency, Long> sums = new HashMap<>();
        for (Entry entry : entries)
            sums.merge(entry.debitPositive().currency(), entry.debitPositive().minor(), Math::addExact);
        if (sums.values().stream().anyMatch(sum -> sum != 0))
            throw new IllegalArgumentException("journal " + ref + " does not sum to zero: " + sums);
    }

    /// Whether an account that must not go below zero may be among these.
    boolean maySpend() {
        return entries.stream().anyMatch(entry -> PURSES.contains(entry.account().substring(0,
            entry.account().indexOf(':'))));
    }

    /// The everyday journal: an amount moves from the credited account to the debited one.
    public static Journal move(String ref, String memo, String debit, String credit, Money sum) {
        return new Journal(ref, memo, List.of(new Entry(debit, sum), new Entry(credit, sum.negated())));
    }

    /// The journal that undoes this one, under a ref of its own.
    public Journal reversed(String ref, String memo) {
        return new Journal(ref, memo, entries.stream()
            .map(entry -> new Entry(entry.account(), entry.debitPositive().negated())).toList());
    }
}
