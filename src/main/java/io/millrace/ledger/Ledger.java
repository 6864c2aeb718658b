package io.millrace.ledger;

import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import java.time.InstantSource;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/// Posts journals as pieces of the caller's own statement, so the book commits with what it books.
///
/// An account needs no opening: it exists by being written to, if its prefix is in the chart (`ledger.chart`), and
/// keeps no balance, so house accounts are never a hot row. Only an account [#open]ed here keeps a balance: it may not
/// go below zero, checked inside the write (reason `insufficient_funds`).
public final class Ledger {
    /// The reason of a check that fails because a guarded account has too little.
    public static final String INSUFFICIENT_FUNDS = "insufficient_funds";
    /// The reason when a held journal was already posted or voided, or never held.
    public static final String NOT_HELD = "journal_not_held";

    private final Postgres postgres;
    private final Journals journals;
    private final InstantSource clock;

    Ledger(Postgres postgres, Journals journals, InstantSource clock) {
        this.postgres = postgres;
        this.journals = journals;
        this.clock = clock;
    }

    /// Opens a guarded account, of a kind that somebody can overspend (wallet, credit, seller, gift); opening it again
    /// changes nothing.
    public Piece open(String account, Currency currency) {
        return Journals.open(account, currency);
    }

    /// Posts the journal, once per ref.
    public Piece post(Journal journal) {
        return Journals.insert(journal, "posted", clock.instant());
    }

    /// Books the journal as pending: guarded accounts it takes from keep that amount aside until it is posted or
    /// voided. Once per ref.
    public Piece hold(Journal journal) {
        return Journals.insert(journal, "pending", clock.instant());
    }

    /// Posts a pending journal (check `journal_not_held`).
    public Piece postHeld(String ref) {
        return Journals.settle(ref, "posted", clock.instant());
    }

    /// Voids a pending journal (check `journal_not_held`): what was kept aside is free again.
    public Piece voidHeld(String ref) {
        return Journals.settle(ref, "voided", clock.instant());
    }

    /// Everything posted, by account.
    public Mono<TrialBalance> trialBalance() {
        return journals.trialBalance();
    }

    /// Debit minus credit of everything posted to one account.
    public Mono<List<Money>> balance(String account) {
        return postgres.query("""
            select e.currency, sum(e.amount)::bigint as balance
              from ledger.entries e join ledger.journals j on j.id = e.journal and j.state = 'posted'
             where e.account = :account group by e.currency order by e.currency
            """, Map.of("account", account), Journals::balance).collectList();
    }
}
