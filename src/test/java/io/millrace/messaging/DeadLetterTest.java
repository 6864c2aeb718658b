package io.millrace.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class DeadLetterTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final Shop shop = Rig.shared();
    private final DeadLetters letters = shop.bean(DeadLetters.class);
    private final Subscriptions subscriptions = shop.bean(Subscriptions.class);
    private final Rig.Ears ears = shop.bean(Rig.Ears.class);

    @AfterEach void swallow() {
        ears.chokes = fact -> false;
        shop.database().execute("delete from messaging.dead_letters");
        // Other classes hold the whole log of this shop against what was heard.
        shop.database().execute("delete from rig.heard where aggregate like 'dead:%'");
        shop.database().execute("delete from messaging.facts where aggregate like 'dead:%'");
    }

    private void ticks(String counter, int count) {
        for (int i = 0; i < count; i++) Rig.tick(shop, counter, "t" + i).block(LONG);
    }

    private List<DeadLetters.Letter> parked(String counter) {
        return Objects.requireNonNull(letters.list(Rig.CONSUMER, 0, 1_000)
            .filter(letter -> letter.fact().aggregate().equals(counter)).collectList().block(LONG));
    }

    private Consumer.Replayed replay(DeadLetters.Letter letter) {
        Consumer<?> consumer = subscriptions.consumer(letter.consumer()).orElseThrow();
        return Objects.requireNonNull(consumer.replay(letter).block(LONG));
    }

    @Test void what_keeps_failing_is_parked_with_all_that_follows_it_and_replayed_in_order() {
        ears.chokes = fact -> fact.aggregate().equals("dead:a") && fact.version() == 2;
        ticks("dead:a", 5);
        ticks("dead:b", 3);
        Eventually.holds("parked", () -> parked("dead:a").size() == 4);
        Eventually.holds("others go on", () -> Rig.heard(shop, "dead:b") == 3);
        assertThat(Rig.heard(shop, "dead:a")).isOne();
        List<DeadLetters.Letter> parked = parked("dead:a");
        assertThat(parked).extracting(DeadLetters.Letter::behind).containsExactly(false, true, true, true);
        assertThat(parked.getFirst().cause()).contains("choked");
        assertThat(parked.getFirst().tries()).isEqualTo(Consumer.TRIES);

        assertThat(replay(parked.get(2))).isEqualTo(Consumer.Replayed.NOT_FIRST);
        assertThat(replay(parked.getFirst())).isEqualTo(Consumer.Replayed.FAILED);
        ears.chokes = fact -> false;
        assertThat(replay(parked.getFirst())).isEqualTo(Consumer.Replayed.DONE);
        Eventually.holds("the followers too", () -> Rig.heard(shop, "dead:a") == 5 && parked("dead:a").isEmpty());
        assertThat(shop.database().rows("select version from rig.heard where aggregate = 'dead:a' order by place"))
            .extracting(row -> row.get("version")).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(replay(parked.getFirst())).isEqualTo(Consumer.Replayed.GONE);
    }

    @Test void what_follows_a_discarded_letter_goes_on_by_itself() {
        ears.chokes = fact -> fact.aggregate().equals("dead:c") && fact.version() == 1;
        ticks("dead:c", 3);
        Eventually.holds("parked", () -> parked("dead:c").size() == 3);
        letters.remove(parked("dead:c").getFirst().id()).block(LONG);
        Eventually.holds("released", () -> Rig.heard(shop, "dead:c") == 2 && parked("dead:c").isEmpty());
    }

    @Test void what_fails_only_a_few_times_is_not_parked() {
        AtomicInteger tries = new AtomicInteger();
        ears.chokes = fact -> fact.aggregate().equals("dead:d") && tries.incrementAndGet() < Consumer.TRIES;
        ticks("dead:d", 1);
        Eventually.holds("heard at last", () -> Rig.heard(shop, "dead:d") == 1);
        assertThat(parked("dead:d")).isEmpty();
    }

    @Test void poison_is_parked_and_unknown_facts_are_ignored() {
        Consumer<?> consumer = subscriptions.consumer(Rig.CONSUMER).orElseThrow();
        consumer.hear(List.of(arrived("messaging.Ticked", "dead:poison", "{\"id\": 5"),
            arrived("messaging.TickedAnew", "dead:unknown", "{}"), arrived("", "dead:nameless", "\0\1"))).block(LONG);
        assertThat(parked("dead:poison")).singleElement()
            .satisfies(letter -> assertThat(letter.cause()).contains("cannot be read as messaging.Ticked"));
        assertThat(parked("dead:nameless")).hasSize(1);
        assertThat(parked("dead:unknown")).isEmpty();
        assertThat(replay(parked("dead:poison").getFirst())).isEqualTo(Consumer.Replayed.FAILED);
    }

    @Test void a_fact_delivered_again_has_no_second_effect() {
        // Guard: the primary key of messaging.inbox, written in the transaction of the effect.
        Consumer<?> consumer = subscriptions.consumer(Rig.CONSUMER).orElseThrow();
        Arrived inner = arrived("messaging.Inner", "dead:again", """
            {"id":"0198c2a0-0000-7000-8000-000000000001","aggregate":"dead:again","version":1,
             "at":"2026-01-01T00:00:00Z","a_field_of_tomorrow":1}""");
        Mono.when(consumer.hear(List.of(inner, inner)), consumer.hear(List.of(inner)), consumer.hear(List.of(inner)))
            .then(consumer.hear(List.of(inner))).block(LONG);
        assertThat(Rig.heard(shop, "dead:again")).isOne();
    }

    private static Arrived arrived(String type, String aggregate, String payload) {
        return new Arrived(UUID.nameUUIDFromBytes((type + aggregate).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            type, aggregate, 1, 1, "", "", payload.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
