package io.millrace.ledger;

import static java.util.Objects.requireNonNull;

import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The SQL of the book. That each journal sums to zero is demanded three times: when a [Journal] is made, by the
/// database over each inserting statement, and by the trial balance that is computed from the entries.
final class Journals {
    /// The most recent entries shown of one account.
    static final int ENTRIES_SHOWN = 100;

    private static final String ROW = """
        journal_row{i} as (
            insert into ledger.journals (ref, memo, state, at) values (:ref, :memo, :state, :at)
            on conflict (ref) do nothing returning id, state),
        """;
    private static final String PLAIN = ROW + """
        journal_entries{i} as (
            insert into ledger.entries (journal, line, account, currency, amount)
            select j.id, l.line, l.account, l.currency, l.amount
              from journal_row{i} j, unnest(:accounts::text[], :currencies::text[], :amounts::bigint[])
                   with ordinality as l(account, currency, amount, line))""";
    private static final String GUARDED = ROW + """
        journal_lines{i} as (
            select j.id as journal, j.state, l.line, l.account, l.currency, l.amount
              from journal_row{i} j, unnest(:accounts::text[], :currencies::text[], :amounts::bigint[])
                   with ordinality as l(account, currency, amount, line)),
        journal_entries{i} as (
            insert into ledger.entries (journal, line, account, currency, amount)
            select journal, line, account, currency, amount from journal_lines{i}),
        journal_locked{i} as (
            select a.code, a.currency from ledger.accounts a
             where (a.code, a.currency) in (select account, currency from journal_lines{i})
             order by a.code, a.currency for update),
        journal_moved{i} as (
            update ledger.accounts a
               set balance = a.balance + case d.state when 'posted' then a.sign * d.delta else 0 end,
                   held = a.held + case d.state when 'pending' then greatest(0, -a.sign * d.delta) else 0 end
              from (select account, currency, min(state) as state, sum(amount)::bigint as delta
                      from journal_lines{i} group by account, currency) d
              join journal_locked{i} k on k.code = d.account and k.currency = d.currency
             where a.code = d.account and a.currency = d.currency
               and (a.sign * d.delta >= 0 or a.balance - a.held + a.sign * d.delta >= 0)
            returning 1)""";

    private final Postgres postgres;

    Journals(Postgres postgres) {
        this.postgres = postgres;
    }

    static Piece open(String account, Currency currency) {
        return Piece.of("""
            account_opened{i} as (
                insert into ledger.accounts (code, currency, sign)
                select :account, :currency, case when kind in ('asset', 'expense') then 1 else -1 end
                  from ledger.chart where prefix = split_part(:account, ':', 1)
                on conflict (code, currency) do nothing)""")
            .bind("account", account).bind("currency", currency.getCurrencyCode());
    }

    /// House accounts are only written to; where a purse may be among the accounts, those that are guarded are locked
    /// and moved as well.
    static Piece insert(Journal journal, String state, Instant at) {
        List<Journal.Entry> entries = journal.entries();
        boolean guarded = journal.maySpend();
        Piece piece = Piece.of(guarded ? GUARDED : PLAIN)
            .bind("ref", journal.ref()).bind("memo", journal.memo()).bind("state", state).bind("at", at)
            .bind("accounts", entries.stream().map(Journal.Entry::account).toArray(String[]::new))
            .bind("currencies", entries.stream().map(entry -> entry.debitPositive().currency().getCurrencyCode())
                .toArray(String[]::new))
            .bind("amounts", entries.stream().map(entry -> entry.debitPositive().minor()).toArray(Long[]::new));
        return guarded
            ? piece.check("(select count(*) from journal_moved{i}) = (select count(*) from journal_locked{i})",
                Ledger.INSUFFICIENT_FUNDS)
            : piece;
    }

    static Piece settle(String ref, String state, Instant at) {
        return Piece.of("""
            journal_settled{i} as (
                update ledger.journals set state = :state, settled_at = :at
                 where ref = :ref and state = 'pending' returning id),
            journal_freed{i} as (
                update ledger.accounts a
                   set held = a.held - greatest(0, -a.sign * d.delta),
                       balance = a.balance + case :state when 'posted' then a.sign * d.delta else 0 end
                  from (select e.account, e.currency, sum(e.amount)::bigint as delta
                          from ledger.entries e join journal_settled{i} s on s.id = e.journal
                         group by e.account, e.currency) d
                 where a.code = d.account and a.currency = d.currency)""")
            .bind("ref", ref).bind("state", state).bind("at", at)
            .check("exists (select from journal_settled{i})", Ledger.NOT_HELD);
    }

    Mono<TrialBalance> trialBalance() {
        return postgres.query("""
            select case when c.many then c.prefix else e.account end as account, c.kind, e.currency,
                   coalesce(sum(e.amount) filter (where e.amount > 0), 0)::bigint as debit,
                   coalesce(-sum(e.amount) filter (where e.amount < 0), 0)::bigint as credit
              from ledger.entries e
              join ledger.journals j on j.id = e.journal and j.state = 'posted'
              join ledger.chart c on c.prefix = split_part(e.account, ':', 1)
             group by 1, 2, 3 order by 1, 3
            """, Map.of(), Journals::line).collectList().map(Journals::trial);
    }

    /// The latest posted entries of one account, newest first.
    Flux<Posted> entries(String account) {
        return postgres.query("""
            select j.ref, j.memo, j.state, j.at, e.currency, e.amount
              from ledger.entries e join ledger.journals j on j.id = e.journal
             where e.account = :account order by e.journal desc, e.line limit :limit
            """, Map.of("account", account, "limit", ENTRIES_SHOWN), row -> new Posted(text(row, "ref"),
            text(row, "memo"), text(row, "state"), requireNonNull(row.get("at", Instant.class)),
            money(row, "amount")));
    }

    record Posted(String ref, String memo, String state, Instant at, Money amount) {}

    static Money balance(Readable row) {
        return money(row, "balance");
    }

    private static TrialBalance trial(List<TrialBalance.Line> lines) {
        Map<Currency, TrialBalance.Total> totals = new LinkedHashMap<>();
        for (TrialBalance.Line line : lines)
            totals.merge(line.debit().currency(), new TrialBalance.Total(line.debit(), line.credit()),
                (a, b) -> new TrialBalance.Total(a.debit().plus(b.debit()), a.credit().plus(b.credit())));
        boolean balanced = totals.values().stream().allMatch(total -> total.debit().equals(total.credit()));
        return new TrialBalance(balanced, lines, List.copyOf(totals.values()));
    }

    private static TrialBalance.Line line(Readable row) {
        Money debit = money(row, "debit");
        Money credit = money(row, "credit");
        return new TrialBalance.Line(text(row, "account"), text(row, "kind"), debit, credit, debit.minus(credit));
    }

    private static Money money(Readable row, String column) {
        return Money.of(requireNonNull(row.get(column, Long.class)), text(row, "currency"));
    }

    private static String text(Readable row, String column) {
        return requireNonNull(row.get(column, String.class), column);
    }
}
