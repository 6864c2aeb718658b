package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuotaTest {
    private static final long WINDOW_MS = 60_000;

    private static Limit limit(long most, int leases) {
        return new Limit(most, Duration.ofMillis(WINDOW_MS), leases, false);
    }

    /// One on this node, whose shared count grants whatever it is asked.
    private static boolean take(Quota quota, Limit limit, long now) {
        for (int round = 0; round < 2; round++) {
            Verdict verdict = quota.take(now);
            if (verdict != null) return verdict.allowed();
            quota.drew(now, new Quota.Portion(quota.wish(now), limit.most(), 0));
        }
        throw new AssertionError("a portion was drawn and it is still not known");
    }

    @Test void a_limit_is_so_many_in_a_window_or_off() {
        assertThat(Limit.parse("off", 1)).isNull();
        assertThat(Limit.parse("5/15m", Limit.EXACT))
            .isEqualTo(new Limit(5, Duration.ofMinutes(15), Limit.EXACT, false));
        assertThat(Limit.parse("3/1h closed", 1)).isEqualTo(new Limit(3, Duration.ofHours(1), 1, true));
        for (String wrong : List.of("", "5", "5/", "/1m", "0/1m", "-1/1m", "5/0s", "5/8d", "5/1x", "on", "5/1m open"))
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> Limit.parse(wrong, 1));
    }

    @Test void what_remains_counts_down_and_the_rest_is_refused_until_the_first_is_a_window_ago() {
        Limit limit = limit(3, Limit.EXACT);
        Quota quota = new Quota(limit);
        List<Long> remaining = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThat(quota.take(i * 1_000L)).isNull();
            quota.drew(i * 1_000L, new Quota.Portion(1, 2 - i, 0));
            remaining.add(Objects.requireNonNull(quota.take(i * 1_000L)).remaining());
        }
        assertThat(remaining).containsExactly(2L, 1L, 0L);
        assertThat(quota.take(3_000)).isEqualTo(new Verdict(false, 3, 0, 57));
        assertThat(quota.take(59_999)).isEqualTo(new Verdict(false, 3, 0, 1));
        assertThat(take(quota, limit, 60_000)).isTrue();
        assertThat(take(quota, limit, 60_001)).isFalse();
    }

    @Test void a_refusal_of_the_others_is_not_asked_again_before_its_time() {
        Quota quota = new Quota(limit(3, Limit.EXACT));
        assertThat(quota.take(0)).isNull();
        quota.drew(0, new Quota.Portion(0, 0, 5_000));
        assertThat(quota.take(4_999)).isEqualTo(new Verdict(false, 3, 0, 1));
        assertThat(quota.take(5_000)).isNull();
    }

    @Test void a_large_limit_is_drawn_in_few_portions() {
        Limit limit = limit(80, Limit.COARSE);
        Quota quota = new Quota(limit);
        int trips = 0;
        for (int i = 0; i < 80; i++) {
            if (quota.take(i) != null) continue;
            trips++;
            quota.drew(i, new Quota.Portion(quota.wish(i), 80, 0));
            assertThat(quota.take(i)).isNotNull();
        }
        assertThat(trips).isEqualTo(8);
        assertThat(take(quota, limit, 80)).isFalse();
        assertThat(limit(1_000_000_000, Limit.COARSE).portion()).isEqualTo(1_000);
    }

    /// Random walks through time: in no window are there more than the limit, and one portion that was drawn early.
    @Test void no_window_holds_more_than_the_limit() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int walk = 0; walk < 200; walk++) {
            int leases = random.nextBoolean() ? Limit.EXACT : Limit.COARSE;
            Limit limit = limit(1 + random.nextInt(100), leases);
            Quota quota = new Quota(limit);
            List<Long> allowed = new ArrayList<>();
            long now = 0;
            for (int i = 0; i < 1_000; i++) {
                now += random.nextInt(3) == 0 ? random.nextInt(3_000) : random.nextInt(50);
                if (take(quota, limit, now)) allowed.add(now);
            }
            long late = limit.portion() - 1;
            for (int first = 0, next = 0; next < allowed.size(); next++) {
                while (allowed.get(next) - allowed.get(first) >= WINDOW_MS) first++;
                assertThat((long) next - first + 1).as("seed %d walk %d", seed, walk)
                    .isLessThanOrEqualTo(limit.most() + late);
            }
        }
    }
}
