package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.ShopClock;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.money.Money;
import io.millrace.payment.PaymentEvent;
import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// P3: what placing and settling cost in statements, counted by the database itself.
class RoundTripsTest {
    private static final int TRIPS_MAX = 4;
    /// Other buyers and the relay run statements of their own meanwhile; the least of some tries has none of them.
    private static final int TRIES = 6;
    private static final String COUNT = """
        select coalesce(sum(calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid
         where d.datname = current_database()
           and query ~ '(ordering[.]orders|cart[.]|pricing[.]|catalog[.]|inventory[.]draws|http[.]idempotency)'""";
    private final Shop shop = Shop.shared();
    private final Counter sweets = new Counter(shop, "sweets");

    @Test void an_order_is_placed_in_at_most_four_round_trips() {
        shop.database().execute("create extension if not exists pg_stat_statements");
        UUID box = sweets.goods("150.00 INR", 1_000);
        long items = least(() -> () -> sweets.order("cod", box, 1).expect(201));
        long cart = least(() -> {
            Client mine = sweets.cart(box, 1);
            return () -> mine.post("orders", sweets.body("cod", null)).expect(201);
        });
        System.out.println("round trips to place: " + items + " with items, " + cart + " from a cart");
        assertThat(items).isBetween(2L, (long) TRIPS_MAX);
        assertThat(cart).isBetween(2L, (long) TRIPS_MAX);
    }

    /// What payment's settle costs on top of its own reading: the order is read, and all is written at once.
    @Test void an_order_hears_of_its_payment_in_one_read_and_the_one_write() {
        shop.database().execute("create extension if not exists pg_stat_statements");
        Counter pecos = new Counter(shop, "pecos");
        UUID boots = pecos.goods("120.00 USD", 100);
        long settle = least(() -> {
            Answer placed = pecos.order("stripe", boots, 1).expect(201);
            String total = placed.data().path("total").path("amount").asString() + " USD";
            var captured = new PaymentEvent.PaymentCaptured(UUID.randomUUID(), UUID.randomUUID(), 1,
                shop.bean(ShopClock.class).instant(), "order:" + Counter.id(placed), "stripe", Money.parse(total));
            return () -> {
                shop.bean(Messaging.class).commit(Change.of().tells(captured)).block();
                return placed;
            };
        });
        System.out.println("round trips to hear of a payment: " + settle);
        assertThat(settle).isEqualTo(2);
    }

    private long least(Supplier<Supplier<Answer>> prepared) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            Supplier<Answer> work = prepared.get();
            long before = shop.database().number(COUNT);
            assertThat(work.get().status()).isLessThan(500);
            least = Math.min(least, shop.database().number(COUNT) - before);
        }
        return least;
    }
}
