package io.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What must be true of any shop at rest, whatever was done to it (I1-I10 and I12 of the goals), looked up past its own
/// code. Each question answers the rows that break it.
public final class Oracle {
    private record Question(String law, String breaking) {}

    private static final List<Question> LAWS = List.of(
        new Question("I1 what lies there is what moved in and out", """
            select p.id, p.on_hand, sum(m.delta) from inventory.pools p
              left join inventory.movements m on m.pool_id = p.id
             group by p.id having p.on_hand <> coalesce(sum(m.delta), 0)"""),
        new Question("I1 what is reserved is what is held", """
            select p.id, p.reserved, coalesce(h.held, 0) as held from inventory.pools p
              left join (select pool, sum(amount) as held from inventory.reservations r,
                                unnest(r.pools, r.amounts) as line(pool, amount)
                          where r.state = 'held' group by pool) h on h.pool = p.id
             where p.reserved <> coalesce(h.held, 0)"""),
        new Question("I1 nothing is promised that is not there", """
            select id from inventory.pools where on_hand < 0 or reserved < 0 or reserved > on_hand"""),
        new Question("I2 every journal sums to zero in each currency", """
            select journal, currency, sum(amount) from ledger.entries group by journal, currency
            having sum(amount) <> 0"""),
        new Question("I3 a total is its parts and what the payment asks", """
            select o.id, o.total, p.sum from ordering.orders o join payment.payments p on p.id = o.payment
             where p.sum <> o.total or p.currency <> o.currency
                or o.total <> o.subtotal - o.discount_total + o.shipping_total
                   + case when o.tax_included then 0 else o.tax_total end"""),
        new Question("I4 refunds stay within what was captured", """
            select id from payment.payments where refunded < 0 or refunded + refunding > captured"""),
        new Question("I5 every stored webhook is settled", """
            select provider, event_id, status from payment.webhook_inbox where status = 'pending'"""),
        new Question("I6 the story of everything has no gaps", """
            select aggregate, count(*), max(version) from messaging.facts group by aggregate
            having count(*) <> max(version) or min(version) <> 1"""),
        new Question("I6 no order heard what it could not expect", """
            select id, order_id, fact from ordering.unexpected where resolved_at is null"""),
        new Question("I8 every fact was published", """
            select position from messaging.outbox"""),
        new Question("I10 a paid order has its captured payment", """
            select o.id from ordering.orders o left join payment.payments p on p.id = o.paid_by
             where o.payment_status in ('paid', 'partially_refunded', 'refunded') and coalesce(p.captured, 0) = 0"""),
        new Question("I10 captured money belongs to an order that is paid, refunded or refunding", """
            select p.id, p.ref, p.status, o.payment_status from payment.payments p
              left join ordering.orders o on 'order:' || o.id = p.ref
             where p.captured > p.refunded + p.refunding and p.ref like 'order:%'
               and (o.id is null or o.payment_status not in ('paid', 'refunding', 'partially_refunded'))"""),
        new Question("I10 an order that is paid took its stock, once", """
            select o.id, o.payment_status, r.state from ordering.orders o
              join inventory.reservations r on r.id = o.reservation
             where o.payment_status = 'paid' and r.state not in ('committed', 'returned')"""),
        new Question("I12 a family whose token was used twice has no live token", """
            select s.id from messaging.facts f join identity.sessions s on 'session:' || s.id = f.aggregate
             where f.type = 'identity.TokenReused' and s.revoked_at is null"""));

    private final Database database;

    private Oracle(Database database) {
        this.database = database;
    }

    public static Oracle of(Database database) {
        return new Oracle(database);
    }

    /// Waits until everything that was said has been heard, then asks all the questions.
    public void holds() {
        Eventually.holds("the outbox is drained", java.time.Duration.ofSeconds(60),
            () -> database.number("select count(*) from messaging.outbox") == 0);
        for (Question question : LAWS) {
            List<Map<String, @Nullable Object>> broken = database.rows(question.breaking());
            assertThat(broken).as(question.law()).isEmpty();
        }
    }
}
