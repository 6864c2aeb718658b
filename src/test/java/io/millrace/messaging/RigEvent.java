package io.millrace.messaging;

import java.time.Instant;
import java.util.UUID;

/// Facts of the tests' own.
sealed interface RigEvent extends Fact {
    record Ticked(UUID id, String aggregate, long version, Instant at, String note) implements RigEvent {}

    sealed interface Nested extends RigEvent {
        record Inner(UUID id, String aggregate, long version, Instant at) implements Nested {}
    }
}
