package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.CrashPoint;
import io.millrace.jobs.Jobs;
import io.millrace.testing.Client;
import io.millrace.testing.Oracle;
import io.millrace.testing.Shop;
import io.millrace.testing.ShopProcess;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// R3: a node dies as by `kill -9` at every named point of an order's way; buyer and provider turn to the other node,
/// and whatever was acknowledged holds there. (The points of the relay: `RelayCrashTest`.)
///
/// Guards that this needs: effect and key in one statement, our id as the provider's idempotency key, the webhook's row
/// settled with its effect, the wish for a refund in the statement of its cause, the sweeps.
class KillNineTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Shop SURVIVOR = Shop.with("millrace.sandbox.webhook-urls", Trade.NOBODY);

    private final Trade trade = new Trade(SURVIVOR);
    private final Jobs jobs = SURVIVOR.bean(Jobs.class);

    @AfterEach void wake() {
        survivor();
    }

    @AfterAll static void leave() {
        SURVIVOR.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"checkout.before_commit", "checkout.after_commit", "open.before_call",
        "open.before_commit", "open.after_commit", "webhook.after_store", "settle.before_commit",
        "settle.after_commit"}) void a_node_that_dies_at_any_point_of_buying_takes_no_acknowledged_thing_with_it(
            String point) {
        UUID boots = trade.goods("120.00 USD", 3);
        long before = trade.orders();
        long began = System.nanoTime();
        Trade.Placed placed = bought(point, boots);
        trade.keepsItsWord(this::survivor, placed);
        trade.awaits(this::survivor, placed, point.startsWith("refund") ? "refunded" : "paid");
        assertThat(free(boots)).isEqualTo(point.startsWith("refund") ? 3 : 2);
        assertThat(trade.orders()).isEqualTo(before + 1);
        told(point, began);
        Oracle.of(trade.database).holds();
    }

    /// One order's way, from the node that is going to die to the one that is not.
    private Trade.Placed bought(String point, UUID goods) {
        // the doomed node shall do the work in the background too
        rest();
        try (ShopProcess doomed = SURVIVOR.process("millrace.crash-at", point)) {
            boolean goesBack = point.startsWith("refund");
            Supplier<Client> node = () -> doomed.process().isAlive() ? doomed.client()
                : goesBack ? SURVIVOR.client() : survivor();
            Trade.Placed placed = trade.place(node, "stripe", goods);
            String intent = trade.confirm(node, placed);
            trade.deliver(node, intent);
            trade.awaits(node, placed, "paid");
            String key = Trade.key();
            if (goesBack)
                trade.insist("the order is cancelled", () -> trade.holding(node, placed).idempotencyKey(key)
                    .put("orders/" + placed.id() + "/cancel", Map.of("reason", "too big")), got -> got.status() == 200);
            assertThat(doomed.awaitExit(LONG)).isEqualTo(CrashPoint.EXIT_CODE);
            // Stripe delivers once more, as it may
            trade.deliver(SURVIVOR::client, intent);
            return placed;
        }
    }

    private long free(UUID goods) {
        return trade.database.number("select on_hand - reserved from inventory.pools join inventory.draws on "
            + "pool_id = pools.id where variant_id = ?", goods);
    }

    private void told(String point, long beganNanos) {
        System.out.printf("| kill -9 at %s | %d ms | refusals %s |%n", point,
            Duration.ofNanos(System.nanoTime() - beganNanos).toMillis(),
            trade.refusals.stream().map(Trade.Refusal::status).distinct().toList());
    }

    private void rest() {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        jobs.stop(() -> stopped.complete(null));
        stopped.join();
    }

    /// From the death of the other on, this node sweeps too.
    private Client survivor() {
        synchronized (jobs) {
            if (!jobs.isRunning()) jobs.start();
        }
        return SURVIVOR.client();
    }
}
