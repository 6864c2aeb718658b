package io.millrace.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Goal R13: a flood of guesses takes from the processors what nobody else wants, and little more.
class PaceTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long FLOOD = Pace.FLOOD_NANOS;
    private final Pace pace = new Pace(0);

    @Test void some_at_once_are_no_flood_and_nobody_rests() {
        assertThat(pace.isFlood(FLOOD - 1)).isFalse();
        assertThat(pace.rest(FLOOD - 1, 500 * MS, 25 * MS)).isZero();
    }

    @Test void in_a_flood_the_rest_is_as_long_as_others_were_kept_from_a_processor() {
        assertThat(pace.isFlood(FLOOD)).isTrue();
        assertThat(pace.rest(FLOOD, 25 * MS, 25 * MS)).as("nobody else wants it").isZero();
        assertThat(pace.rest(FLOOD, 24 * MS, 25 * MS)).as("clocks differ").isZero();
        assertThat(pace.rest(FLOOD, 30 * MS, 25 * MS)).isEqualTo(5 * Pace.REST_PER_WAITED * MS);
        assertThat(pace.rest(FLOOD, 500 * MS, 25 * MS)).isEqualTo(Pace.REST_NANOS_MAX);
    }

    @Test void when_no_more_fit_in_it_is_a_flood_at_once() {
        pace.calm(5);
        pace.full(6);
        assertThat(pace.isFlood(6)).isTrue();
    }

    @Test void a_moment_without_work_ends_the_flood() {
        pace.calm(FLOOD);
        assertThat(pace.isFlood(FLOOD)).isFalse();
        assertThat(pace.isFlood(2 * FLOOD - 1)).isFalse();
        assertThat(pace.isFlood(2 * FLOOD)).isTrue();
    }

    /// Guard: without it the first gap lets a queue fill in which nobody's turn comes.
    @Test void it_is_not_over_while_others_are_still_sent_away() {
        pace.refused(FLOOD);
        pace.calm(FLOOD + 1);
        assertThat(pace.isFlood(FLOOD + 1)).isTrue();
        pace.calm(2 * FLOOD);
        assertThat(pace.isFlood(2 * FLOOD)).isFalse();
    }
}
