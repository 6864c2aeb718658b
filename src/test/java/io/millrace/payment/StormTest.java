package io.millrace.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// R2: every event five times, in any order, on two nodes, between forgeries; nothing lost, nothing doubled.
class StormTest {
    private static final int PAYMENTS = 30 * Integer.getInteger("scale", 1);
    /// Each with a seed of its own.
    private static final int STORMS = Integer.getInteger("storms", 1);
    private static final int DELIVERIES = 5;
    private static final int AT_ONCE = 16;
    private static final int TRIES_MAX = 50;

    private record Letter(String text, boolean forged) {}

    @Test void a_storm_of_webhooks_on_two_nodes_settles_everything_exactly_once() throws InterruptedException {
        long first = Long.getLong("seed", System.nanoTime());
        try (Shop shop = Till.shop(false); Shop second = shop.secondNode()) {
            Till till = new Till(shop);
            long back = 0;
            for (int storm = 0; storm < STORMS; storm++) {
                long seed = first + storm;
                back += storm(till, List.of(shop.client(), second.client()), seed);
                assertThat(till.database.number("select sum(refunded) from payment.payments")).as("seed " + seed)
                    .isEqualTo(back);
                assertThat(till.database.number("select sum(amount) from ledger.entries where account = "
                    + "'gateway:stripe'")).as("seed " + seed).isEqualTo((storm + 1) * PAYMENTS * 2000L - back);
            }
            System.out.printf("| webhook storm | seeds %d to %d | %d payments each, %d deliveries of each event |%n",
                first, first + STORMS - 1, PAYMENTS, DELIVERIES);
        }
    }

    /// Answers what went back.
    private static long storm(Till till, List<Client> nodes, long seed) throws InterruptedException {
        Random random = new Random(seed);
        List<Till.Placed> placed = new ArrayList<>();
        List<Letter> letters = new ArrayList<>();
        long back = 0;
        for (int i = 0; i < PAYMENTS; i++) {
            Till.Placed one = till.place("20.00 USD");
            placed.add(one);
            back += story(till, one, random, letters);
        }
        Collections.shuffle(letters, random);
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (Letter letter : letters) {
            Client node = nodes.get(random.nextInt(2));
            calls.add(() -> delivered(till, node, letter));
        }
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            assertThat(threads.invokeAll(calls)).as("seed " + seed).allMatch(future -> future.resultNow());
        }
        till.oracle();
        for (Till.Placed one : placed) {
            assertThat(till.captures(one)).as("seed " + seed + " " + one).isEqualTo(1);
            assertThat(till.reviews(one)).as("seed " + seed + " " + one).isEmpty();
        }
        return back;
    }

    /// What happens at the provider, and the letters about it; answers what went back.
    private static long story(Till till, Till.Placed one, Random random, List<Letter> letters) {
        many(letters, random, till.letter(event(), "payment_intent.created", one.object()));
        if (random.nextInt(3) == 0) {
            till.confirm(one, "pm_card_chargeDeclined").expect(402);
            many(letters, random, till.letter(event(), "payment_intent.payment_failed", one.object()));
        }
        till.confirm(one, "pm_card_visa").expect(200);
        many(letters, random, till.letter(event(), "payment_intent.succeeded", one.object()));
        if (random.nextInt(3) != 0) return 0;
        long amount = random.nextInt(2) == 0 ? 2000 : 700;
        String refund = till.asMerchant("/v1/refunds", "payment_intent", one.object(), "amount",
            Long.toString(amount)).expect(200).json().path("id").asString();
        many(letters, random, till.letter(event(), "refund.created", refund));
        many(letters, random, till.letter(event(), "refund.updated", refund));
        many(letters, random, Till.envelope(event(), "charge.refunded", """
            {"id":"ch_x","object":"charge","amount":2000,"amount_refunded":%d,"payment_intent":"%s"}"""
            .formatted(amount, one.object()), "false"));
        return amount;
    }

    private static void many(List<Letter> letters, Random random, String text) {
        for (int i = 0; i < DELIVERIES; i++) {
            letters.add(new Letter(text, false));
            if (random.nextInt(4) == 0) letters.add(new Letter(text, true));
        }
    }

    private static String event() {
        return "evt_" + UUID.randomUUID();
    }

    /// As a provider: again until 2xx.
    private static boolean delivered(Till till, Client node, Letter letter) {
        if (letter.forged()) return till.deliver(node, letter.text(), 0, "whsec_wrong").status() == 401;
        for (int tries = 0; tries < TRIES_MAX; tries++)
            if (till.deliver(node, letter.text(), 0, Till.SECRET).status() == 200) return true;
        return false;
    }
}
