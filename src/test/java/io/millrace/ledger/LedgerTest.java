package io.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.money.Money;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
import io.millrace.testing.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Shop shop = Shop.shared();
    private final Ledger ledger = shop.bean(Ledger.class);
    private final Database database = shop.database();

    private void run(Piece... pieces) {
        shop.bean(Postgres.class).run(Write.of(pieces)).block(Duration.ofSeconds(30));
    }

    private long balance(String account) {
        var balances = ledger.balance(account).block(Duration.ofSeconds(30));
        return balances == null || balances.isEmpty() ? 0 : balances.getFirst().minor();
    }

    private static String name(String prefix) {
        return prefix + ":" + UUID.randomUUID();
    }

    private static Money usd(String amount) {
        return Money.parse(amount + " USD");
    }

    @Test void a_journal_moves_money_once_however_often_it_is_sent() {
        String payer = name("receivable");
        Journal journal = Journal.move("t:" + payer, "test", "gateway:stripe", payer, usd("12.00"));
        run(ledger.post(journal));
        run(ledger.post(journal));
        assertThat(balance(payer)).isEqualTo(-1200);
        run(ledger.post(journal.reversed("t:" + payer + ":back", "undo")));
        assertThat(balance(payer)).isZero();
    }

    @Test void a_journal_that_does_not_sum_to_zero_is_not_born() {
        assertThatThrownBy(() -> new Journal("x", "", List.of(new Journal.Entry("cash:cod", usd("1.00")),
            new Journal.Entry("sales:x", Money.parse("-1.00 EUR"))))).hasMessageContaining("sum to zero");
    }

    /// Guard: the trigger entries_sum_to_zero; without it this bare insert would commit.
    @Test void the_database_itself_refuses_entries_that_do_not_sum_to_zero() throws SQLException {
        try (Connection connection = database.connect(); var statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("insert into ledger.entries values "
                + "(-1, 1, 'cash:cod', 'USD', 100), (-1, 2, 'sales:x', 'USD', -99)"))
                .hasMessageContaining("does not sum to zero");
            assertThatThrownBy(() -> statement.execute("insert into ledger.entries values "
                + "(-1, 1, 'cash:cod', 'USD', 100), (-1, 2, 'sales:x', 'EUR', -100)"))
                .hasMessageContaining("does not sum to zero");
            assertThatThrownBy(() -> statement.execute("insert into ledger.entries values "
                + "(-1, 1, 'cash:cod', 'USD', 100), (-1, 2, 'invented:x', 'USD', -100)"))
                .hasMessageContaining("not in the chart");
        }
    }

    /// Guard: the triggers entries_append_only, journals_append_only and journals_settle_once.
    @Test void what_is_written_stays_written() {
        String payer = name("receivable");
        run(ledger.post(Journal.move("t:" + payer, "test", "cash:cod", payer, usd("1.00"))));
        for (String sql : List.of("update ledger.entries set amount = amount where account = '" + payer + "'",
            "delete from ledger.entries where account = '" + payer + "'", "truncate ledger.entries",
            "delete from ledger.journals where ref = 't:" + payer + "'",
            "update ledger.journals set memo = 'x' where ref = 't:" + payer + "'",
            "update ledger.journals set state = 'voided' where ref = 't:" + payer + "'"))
            assertThatThrownBy(() -> database.execute(sql)).as(sql).rootCause().hasMessageMatching(
                "(?s).*(append-only|cannot change).*");
    }

    /// Guard: the condition on balance - held in the write; fifty at once take from a purse that has enough for ten.
    @Test void a_guarded_account_never_goes_below_zero() throws Exception {
        String purse = name("wallet");
        run(ledger.open(purse, usd("0").currency()));
        run(ledger.post(Journal.move("in:" + purse, "top-up", "gateway:stripe", purse, usd("10.00"))));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> calls = IntStream.range(0, 50).<Callable<Boolean>>mapToObj(i -> () -> {
                Journal out = Journal.move("out:" + i + purse, "buy", purse, "sales:pecos", usd("1.00"));
                try {
                    run(i % 2 == 0 ? ledger.post(out) : ledger.hold(out));
                    return true;
                } catch (Refused refused) {
                    assertThat(refused.reason()).isEqualTo(Ledger.INSUFFICIENT_FUNDS);
                    return false;
                }
            }).toList();
            long done = threads.invokeAll(calls).stream().filter(future -> future.resultNow()).count();
            assertThat(done).isEqualTo(10);
        }
        assertThat(database.number("select balance - held from ledger.accounts where code = ?", purse)).isZero();
    }

    /// Guard: the constraint accounts_guard_purses; journals of other accounts do not look for guarded ones.
    @Test void only_purses_can_be_guarded() {
        for (String purse : List.of("wallet", "credit", "seller", "gift"))
            run(ledger.open(name(purse), usd("0").currency()));
        assertThatThrownBy(() -> run(ledger.open(name("cash"), usd("0").currency())))
            .hasMessageContaining("accounts_guard_purses");
    }

    @Test void a_held_journal_counts_once_posted_and_frees_what_it_held_when_voided() {
        String purse = name("wallet");
        run(ledger.open(purse, usd("0").currency()));
        run(ledger.post(Journal.move("in:" + purse, "top-up", "gateway:stripe", purse, usd("10.00"))));
        run(ledger.hold(Journal.move("a:" + purse, "hold", purse, "sales:pecos", usd("6.00"))));
        assertThat(balance(purse)).as("pending is not posted").isEqualTo(-1000);
        assertThatThrownBy(() -> run(ledger.post(Journal.move("b:" + purse, "buy", purse, "sales:pecos",
            usd("5.00"))))).isInstanceOf(Refused.class);
        run(ledger.voidHeld("a:" + purse));
        run(ledger.hold(Journal.move("c:" + purse, "hold", purse, "sales:pecos", usd("7.00"))));
        run(ledger.postHeld("c:" + purse));
        assertThat(balance(purse)).isEqualTo(-300);
        assertThat(database.number("select balance from ledger.accounts where code = ?", purse)).isEqualTo(300);
        assertThat(database.number("select held from ledger.accounts where code = ?", purse)).isZero();
        assertThatThrownBy(() -> run(ledger.voidHeld("c:" + purse))).isInstanceOf(Refused.class)
            .hasMessageContaining(Ledger.NOT_HELD);
    }

    @Test void people_who_may_read_the_book_see_it_balanced() {
        String payer = name("receivable");
        run(ledger.post(Journal.move("t:" + payer, "test", "cash:cod", payer, usd("3.50"))));
        shop.client().get("admin/ledger/trial-balance").expect(401);
        Client admin = shop.client().bearer(shop.client().post("auth/login", Map.of("email", "admin@example.com",
            "password", "millrace-admin")).expect(200).data().path("access_token").asString());
        var balance = admin.get("admin/ledger/trial-balance").expect(200).data();
        assertThat(balance.path("balanced").asBoolean()).isTrue();
        assertThat(balance.path("accounts").toString()).contains("cash:cod").doesNotContain(payer);
        var account = admin.get("admin/ledger/accounts/" + payer).expect(200).data();
        assertThat(account.path("balances").get(0).path("amount").asString()).isEqualTo("-3.50");
        assertThat(account.path("entries").size()).isEqualTo(1);
        admin.get("admin/ledger/accounts/nobody:x").expect(404);
    }
}
