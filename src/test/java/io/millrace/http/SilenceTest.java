package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A Redis that is gone or slow costs one question per silence, and a good answer ends it at once.
class SilenceTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    private final Silence silence = new Silence(() -> {
        meanwhile.getAndSet(() -> {}).run();
        return now.get();
    });
    private final TimeoutException slow = new TimeoutException();

    /// How many of a crowd may ask at this moment.
    private long asking() {
        return IntStream.range(0, 1_000).parallel().filter(i -> silence.mayAsk()).count();
    }

    @Test void everybody_may_ask_until_one_was_not_answered_and_again_when_one_was() {
        assertThat(asking()).isEqualTo(1_000);
        silence.ill(slow);
        assertThat(asking()).isZero();
        now.addAndGet(Silence.FIRST.toNanos());
        assertThat(asking()).isEqualTo(1);
        silence.well();
        assertThat(asking()).isEqualTo(1_000);
    }

    /// Guard: the compare-and-set of the silence's end.
    @Test void of_two_who_ask_at_the_very_end_of_a_silence_one_may() {
        silence.ill(slow);
        now.addAndGet(Silence.FIRST.toNanos());
        AtomicBoolean other = new AtomicBoolean();
        meanwhile.set(() -> other.set(silence.mayAsk()));
        assertThat(silence.mayAsk()).as("he looked first, and was overtaken before he decided").isFalse();
        assertThat(other).isTrue();
    }

    @Test void every_failure_in_a_row_doubles_the_silence_up_to_its_longest() {
        silence.ill(slow);
        long length = Silence.FIRST.toNanos();
        for (int i = 0; i < 10; i++) {
            now.addAndGet(length - 1);
            assertThat(asking()).as("failure %d", i).isZero();
            now.addAndGet(1);
            assertThat(asking()).as("failure %d", i).isEqualTo(1);
            silence.ill(slow);
            length = Math.min(length * 2, Silence.MAX.toNanos());
        }
        now.addAndGet(Silence.MAX.toNanos());
        assertThat(silence.mayAsk()).isTrue();
        silence.well();
        silence.ill(slow);
        now.addAndGet(Silence.FIRST.toNanos());
        assertThat(silence.mayAsk()).as("a good answer makes the next silence short again").isTrue();
    }

    @Test void one_who_was_not_reached_at_all_costs_nothing_and_begins_no_silence() {
        silence.ill(Redis.AWAY);
        assertThat(silence.mayAsk()).isTrue();
    }
}
