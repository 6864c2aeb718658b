package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.testing.Again;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/// Errors that nobody waits for are counted and never thrown at whoever happens to be there.
class DroppedTest {
    @Again void an_error_that_nobody_waits_for_is_counted() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Dropped dropped = new Dropped(meters);
        double before = meters.get("millrace.errors.dropped").functionCounter().count();
        Operators.onErrorDropped(new IOException("connection reset"), Context.empty());
        assertThat(meters.get("millrace.errors.dropped").functionCounter().count()).isGreaterThan(before);
        assertThat(dropped).isNotNull();
    }

    @Again void a_broken_connection_explains_itself_and_a_defect_does_not() {
        assertThat(Dropped.isExplained(new IOException("reset"))).isTrue();
        assertThat(Dropped.isExplained(new CancellationException())).isTrue();
        assertThat(Dropped.isExplained(new IllegalStateException("a defect"))).isFalse();
    }
}
