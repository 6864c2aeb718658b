package io.millrace.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.money.Money;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrderLifeTest {
    private static final Path MATRIX = Path.of("src/test/resources/ordering/order-life.txt");
    private static final UUID ORDER = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final UUID HELD = UUID.fromString("00000000-0000-7000-8000-000000000002");
    private static final UUID P1 = UUID.fromString("00000000-0000-7000-8000-00000000000a");
    private static final UUID P2 = UUID.fromString("00000000-0000-7000-8000-00000000000b");
    private static final UUID P3 = UUID.fromString("00000000-0000-7000-8000-00000000000c");
    private static final Money TOTAL = Money.parse("12.00 USD");
    private static final OrderLife.Moment NOW =
        new OrderLife.Moment(Instant.parse("2026-11-20T12:00:00Z"), () -> new UUID(7, 7));

    static Order pending() {
        return new Order(ORDER, 1, OrderStatus.PENDING_PAYMENT, OrderStatus.Payment.PENDING,
            OrderStatus.Fulfilment.UNFULFILLED, OrderStatus.Stock.HELD, TOTAL, Money.parse("0.00 USD"), P1, null, HELD,
            null);
    }

    static Order cashOnDelivery() {
        return pending().at(OrderStatus.CONFIRMED).at(OrderStatus.Payment.DUE).at(OrderStatus.Stock.TAKEN).versioned(2);
    }

    private static OrderFact captured(UUID payment) {
        return new OrderFact.PaymentCaptured(payment, TOTAL, false);
    }

    @Test void every_fact_in_every_state_does_what_was_approved() throws IOException {
        StringBuilder matrix = new StringBuilder("# state x fact, as decided by OrderLife; approve a change by "
            + "running this test with -Dapprove=true and reading the diff\n");
        states().forEach((state, order) -> {
            matrix.append('\n').append(state).append("   [").append(axes(order)).append("]\n");
            facts().forEach((name, fact) -> matrix.append("  ").append("%-34s".formatted(name))
                .append(shown(order, OrderLife.decide(order, fact, NOW))).append('\n'));
        });
        if (Boolean.getBoolean("approve")) Files.writeString(MATRIX, matrix);
        assertThat(matrix.toString()).isEqualTo(Files.readString(MATRIX, StandardCharsets.UTF_8));
    }

    @Test void a_late_capture_takes_the_goods_again_or_goes_back_but_never_both() {
        Order expired = moved(pending(), new OrderFact.StockLapsed());
        var there = (Decision.Moved) OrderLife.decide(expired, new OrderFact.PaymentCaptured(P1, TOTAL, true), NOW);
        var gone = (Decision.Moved) OrderLife.decide(expired, new OrderFact.PaymentCaptured(P1, TOTAL, false), NOW);

        assertThat(there.effects()).containsExactly(new Effect.RetakeStock(HELD), new Effect.BookSale());
        assertThat(there.order().status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(gone.effects()).containsExactly(new Effect.RefundPayment(P1, TOTAL, "paid_too_late"));
        assertThat(gone.order().status()).isEqualTo(OrderStatus.CANCELLED);
    }

    @Test void a_capture_of_another_sum_or_currency_moves_nothing() {
        for (String sum : List.of("11.99 USD", "12.01 USD", "12.00 EUR", "0.00 USD"))
            assertThat(OrderLife.decide(pending(), new OrderFact.PaymentCaptured(P1, Money.parse(sum), true), NOW))
                .isInstanceOf(Decision.Unexpected.class);
    }

    /// I6, I10 and I4 over random stories: only allowed moves, versions without gaps, money and goods agree at every
    /// step, and what was captured but not kept was sent back exactly once.
    @Test void random_stories_keep_money_goods_and_history_in_agreement() {
        long seed = Long.getLong("seed", System.nanoTime());
        int stories = 20_000 * Integer.getInteger("scale", 1);
        System.out.println("OrderLifeTest seed " + seed);
        Random random = new Random(seed);
        for (int story = 0; story < stories; story++) tell(random, seed, story);
    }

    private static void tell(Random random, long seed, int story) {
        Order order = random.nextInt(4) == 0 ? cashOnDelivery() : pending();
        Money kept = Money.parse("0.00 USD");
        Money sentBack = kept;
        int takes = order.stock() == OrderStatus.Stock.TAKEN ? 1 : 0;
        List<UUID> capturedOnce = new ArrayList<>();
        List<String> trail = new ArrayList<>();
        for (int step = 0; step < 25; step++) {
            OrderFact fact = random(random, order, capturedOnce);
            trail.add(fact.toString());
            String where = "seed " + seed + " story " + story + " " + trail;
            Decision decision = OrderLife.decide(order, fact, NOW);
            if (fact instanceof OrderFact.PaymentCaptured paid) {
                // payment announces each capture once; of the one that paid, the order would notice a second
                if (capturedOnce.contains(paid.payment())) {
                    if (paid.payment().equals(order.paidBy()))
                        assertThat(decision).as(where).isInstanceOf(Decision.Unexpected.class);
                    continue;
                }
                if (!(decision instanceof Decision.Unexpected)) {
                    capturedOnce.add(paid.payment());
                    kept = kept.plus(paid.amount());
                }
            }
            if (!(decision instanceof Decision.Moved moved)) continue;
            Order next = moved.order();
            assertThat(allowed(order, next)).as(where + " " + order.status() + "->" + next.status()).isTrue();
            assertThat(moved.told()).as(where).isNotEmpty();
            for (int i = 0; i < moved.told().size(); i++)
                assertThat(moved.told().get(i).version()).as(where).isEqualTo(order.version() + i + 1);
            assertThat(next.version()).as(where).isEqualTo(order.version() + moved.told().size());
            for (Effect effect : moved.effects()) {
                switch (effect) {
                    case Effect.CommitStock _,Effect.RetakeStock _ -> takes++;
                    case Effect.ReturnStock _ -> takes--;
                    case Effect.RefundPayment refund -> sentBack = sentBack.plus(refund.amount());
                    default -> {}
                }
            }
            assertThat(takes).as(where).isBetween(0, 1);
            assertThat(takes == 1).as(where).isEqualTo(next.stock() == OrderStatus.Stock.TAKEN);
            assertThat(next.stock() == OrderStatus.Stock.TAKEN).as(where)
                .isEqualTo(next.status() != OrderStatus.PENDING_PAYMENT && next.status() != OrderStatus.CANCELLED);
            assertThat(next.refunded().compareTo(TOTAL)).as(where).isLessThanOrEqualTo(0);
            if (next.status() == OrderStatus.CANCELLED && next.refunded().isZero())
                assertThat(sentBack).as(where).isEqualTo(kept);
            order = next;
        }
    }

    private static OrderFact random(Random random, Order order, List<UUID> captured) {
        UUID payment = List.of(P1, P2, P3).get(random.nextInt(3));
        return switch (random.nextInt(12)) {
            case 0, 1 -> new OrderFact.PaymentCaptured(payment, TOTAL, random.nextBoolean());
            case 2 -> new OrderFact.PaymentDeclined(payment, "card_declined");
            case 3 -> new OrderFact.PaymentCancelled(payment);
            case 4 -> new OrderFact.PaymentRefunded(payment, Money.of(1 + random.nextInt(1_400), "USD"));
            case 5 -> order.stock() == OrderStatus.Stock.HELD ? new OrderFact.StockLapsed()
                : new OrderFact.PackWanted();
            case 6 -> new OrderFact.CancelWanted("customer", "changed_my_mind");
            case 7 -> new OrderFact.RetryWanted(List.of(P2, P3).get(random.nextInt(2)), "stripe");
            case 8 -> new OrderFact.PackWanted();
            case 9 -> new OrderFact.ShipWanted("UPS", "1Z999");
            case 10 -> new OrderFact.DeliverWanted();
            default -> new OrderFact.CompleteWanted();
        };
    }

    /// The moves a history may show; anything else is a defect whatever the facts were.
    private static boolean allowed(Order from, Order to) {
        if (from.status() == to.status()) return true;
        return switch (from.status()) {
            case PENDING_PAYMENT -> to.status() == OrderStatus.CONFIRMED || to.status() == OrderStatus.CANCELLED;
            case CONFIRMED -> to.status() == OrderStatus.PROCESSING || to.status() == OrderStatus.SHIPPED
                || to.status() == OrderStatus.CANCELLED;
            case PROCESSING -> to.status() == OrderStatus.SHIPPED || to.status() == OrderStatus.CANCELLED;
            case SHIPPED -> to.status() == OrderStatus.DELIVERED;
            case DELIVERED -> to.status() == OrderStatus.COMPLETED;
            case COMPLETED -> false;
            case CANCELLED -> to.status() == OrderStatus.CONFIRMED && from.isExpired() && from.paidBy() == null;
        };
    }

    private static Map<String, Order> states() {
        Map<String, Order> states = new LinkedHashMap<>();
        Order paid = moved(pending(), captured(P1));
        Order packed = moved(paid, new OrderFact.PackWanted());
        Order shipped = moved(packed, new OrderFact.ShipWanted("UPS", "1Z"));
        Order delivered = moved(shipped, new OrderFact.DeliverWanted());
        Order cancelledLate = moved(paid, new OrderFact.CancelWanted("customer", "changed_my_mind"));
        states.put("waiting for payment", pending());
        states.put("waiting, first attempt declined", moved(pending(), new OrderFact.PaymentDeclined(P1, "declined")));
        states.put("waiting, second attempt open", moved(pending(), new OrderFact.RetryWanted(P2, "stripe")));
        states.put("cash on delivery", cashOnDelivery());
        states.put("cash on delivery, delivered", moved(moved(cashOnDelivery(), new OrderFact.ShipWanted(null, null)),
            new OrderFact.DeliverWanted()));
        states.put("paid", paid);
        states.put("paid, partly refunded", moved(paid, new OrderFact.PaymentRefunded(P1, Money.parse("2.00 USD"))));
        states.put("paid, all refunded", moved(paid, new OrderFact.PaymentRefunded(P1, TOTAL)));
        states.put("packed", packed);
        states.put("shipped", shipped);
        states.put("delivered", delivered);
        states.put("completed", moved(delivered, new OrderFact.CompleteWanted()));
        states.put("expired unpaid", moved(pending(), new OrderFact.StockLapsed()));
        states.put("cancelled unpaid", moved(pending(), new OrderFact.CancelWanted("customer", "changed_my_mind")));
        states.put("cancelled, refund on its way", cancelledLate);
        states.put("cancelled and refunded", moved(cancelledLate, new OrderFact.PaymentRefunded(P1, TOTAL)));
        return states;
    }

    private static Map<String, OrderFact> facts() {
        Map<String, OrderFact> facts = new LinkedHashMap<>();
        facts.put("captured P1, goods gone", new OrderFact.PaymentCaptured(P1, TOTAL, false));
        facts.put("captured P1, goods free", new OrderFact.PaymentCaptured(P1, TOTAL, true));
        facts.put("captured P2", captured(P2));
        facts.put("captured another sum", new OrderFact.PaymentCaptured(P1, Money.parse("1.00 USD"), true));
        facts.put("declined P1", new OrderFact.PaymentDeclined(P1, "card_declined"));
        facts.put("declined P2", new OrderFact.PaymentDeclined(P2, "card_declined"));
        facts.put("payment cancelled P1", new OrderFact.PaymentCancelled(P1));
        facts.put("refunded P1 in part", new OrderFact.PaymentRefunded(P1, Money.parse("5.00 USD")));
        facts.put("refunded P1 whole", new OrderFact.PaymentRefunded(P1, TOTAL));
        facts.put("refunded P2", new OrderFact.PaymentRefunded(P2, TOTAL));
        facts.put("refunded more than paid", new OrderFact.PaymentRefunded(P1, Money.parse("12.01 USD")));
        facts.put("refund of P1 failed", new OrderFact.RefundFailed(P1, "expired_card"));
        facts.put("stock lapsed", new OrderFact.StockLapsed());
        facts.put("wants to cancel", new OrderFact.CancelWanted("customer", "changed_my_mind"));
        facts.put("wants to pay again with P3", new OrderFact.RetryWanted(P3, "stripe"));
        facts.put("wants to pack", new OrderFact.PackWanted());
        facts.put("wants to ship", new OrderFact.ShipWanted("UPS", "1Z"));
        facts.put("wants to deliver", new OrderFact.DeliverWanted());
        facts.put("wants to complete", new OrderFact.CompleteWanted());
        return facts;
    }

    private static Order moved(Order order, OrderFact fact) {
        return ((Decision.Moved) OrderLife.decide(order, fact, NOW)).order();
    }

    private static String shown(Order before, Decision decision) {
        return switch (decision) {
            case Decision.Moved(var order, var effects, var told) -> "-> " + axes(order) + " | "
                + told.stream().map(event -> event.getClass().getSimpleName()).collect(Collectors.joining(", "))
                + (effects.isEmpty() ? "" : " | " + effects.stream().map(OrderLifeTest::shown)
                    .collect(Collectors.joining(", ")));
            case Decision.Same(var order) -> "same";
            case Decision.Declined(var code, var message) -> "refused " + code;
            case Decision.Unexpected(var order, var fact) -> "UNEXPECTED";
        };
    }

    private static String shown(Effect effect) {
        String name = effect.getClass().getSimpleName();
        return switch (effect) {
            case Effect.RefundPayment(var payment, var amount, var reason) ->
                name + "(" + label(payment) + ", " + amount + ")";
            case Effect.CancelPayment(var payment) -> name + "(" + label(payment) + ")";
            case Effect.OpenPayment(var payment, var amount, var method) -> name + "(" + label(payment) + ")";
            default -> name;
        };
    }

    private static String label(@Nullable UUID payment) {
        return P1.equals(payment) ? "P1" : P2.equals(payment) ? "P2" : P3.equals(payment) ? "P3" : "-";
    }

    private static String axes(Order order) {
        return "%s/%s/%s/%s".formatted(order.status().word(), order.money().word(), order.goods().word(),
            order.stock().word());
    }
}
