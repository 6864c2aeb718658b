package io.millrace.tracing;

import java.util.Map;

/// One step of a trace that is over: what it was, from when to when (nanoseconds since 1970), and whether it failed.
/// `facts` are OpenTelemetry's attributes; never a bound value, a person's data or a secret.
public record Span(Trace trace, Kind kind, String name, long beganNs, long endedNs, Map<String, String> facts,
    boolean failed) {

    /// OpenTelemetry's kinds, with the numbers of its protocol.
    public enum Kind {
        SERVER(2), CLIENT(3), PRODUCER(4), CONSUMER(5);

        final int number;

        Kind(int number) {
            this.number = number;
        }
    }
}
