package io.millrace.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inventory.Availability.Draw;
import io.millrace.inventory.Availability.LineView;
import io.millrace.inventory.Availability.PoolView;
import io.millrace.inventory.Availability.Shortage;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AvailabilityTest {
    private static final UUID POOL = new UUID(1, 1);
    private static final UUID SMALL = new UUID(2, 100);
    private static final UUID MIDDLE = new UUID(2, 250);
    private static final UUID LARGE = new UUID(2, 1_000);
    private static final UUID DOWNLOAD = new UUID(3, 1);
    private static final Map<UUID, Draw> JAMUN = Map.of(SMALL, grams(SMALL, 100), MIDDLE, grams(MIDDLE, 250), LARGE,
        grams(LARGE, 1_000), DOWNLOAD, new Draw(DOWNLOAD, null, "piece", 1, 0));

    @Test void lines_that_meet_in_one_pool_are_short_together() {
        var answer = Availability.of(List.of(new Line(MIDDLE, 3), new Line(LARGE, 1), new Line(SMALL, 4)), JAMUN);
        assertThat(answer.available()).isFalse();
        assertThat(answer.pools()).containsExactly(new PoolView(POOL, "gram", 2_150, 2_000, 150));
        assertThat(answer.lines()).containsExactly(new LineView(MIDDLE, 3, 8, true), new LineView(LARGE, 1, 1, true),
            new LineView(SMALL, 4, 2, false));
        assertThat(answer.shortages(JAMUN)).containsExactly(new Shortage(SMALL, 4, 2, true));
    }

    @Test void without_one_of_them_the_basket_fits() {
        var answer = Availability.of(List.of(new Line(MIDDLE, 2), new Line(LARGE, 1), new Line(SMALL, 4)), JAMUN);
        assertThat(answer.available()).isTrue();
        assertThat(answer.pools()).containsExactly(new PoolView(POOL, "gram", 1_900, 2_000, 0));
        assertThat(answer.shortages(JAMUN)).isEmpty();
    }

    @Test void goods_that_are_not_counted_never_run_out_and_unknown_ones_are_named() {
        UUID unknown = new UUID(9, 9);
        var answer = Availability.of(List.of(new Line(DOWNLOAD, 1_000_000), new Line(unknown, 1)), JAMUN);
        assertThat(answer.lines().getFirst().ok()).isTrue();
        assertThat(answer.pools()).isEmpty();
        assertThat(answer.shortages(JAMUN)).containsExactly(new Shortage(unknown, 1, 0, false));
    }

    private static Draw grams(UUID variant, long factor) {
        return new Draw(variant, POOL, "gram", factor, 2_000);
    }
}
