package io.millrace.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
    private static final String GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    @Test void a_given_trace_is_continued_with_a_span_of_our_own() {
        Trace ours = Trace.continued(GIVEN);
        assertThat(ours.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(ours.spanId()).isNotEqualTo("00f067aa0ba902b7");
        assertThat(ours.sampled()).isFalse();
        assertThat(ours.parentId()).isEqualTo("00f067aa0ba902b7");
        assertThat(Trace.parse(ours.header()).map(Trace::spanId)).contains(ours.spanId());
    }

    @Test void a_later_version_of_the_header_is_understood() {
        assertThat(Trace.parse("cc" + GIVEN.substring(2) + "-what-comes")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00-0-0-00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-00",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more"}) void anything_else_starts_a_new_trace(
            String header) {
        assertThat(Trace.parse(header)).isEmpty();
        assertThat(Trace.parse(Trace.continued(header).header())).isPresent();
    }
}
