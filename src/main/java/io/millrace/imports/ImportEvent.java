package io.millrace.imports;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// Everything this room announces: how an import goes on.
public sealed interface ImportEvent extends Fact {
    UUID importId();

    @Override default String aggregate() {
        return "import:" + importId();
    }

    record ImportStarted(UUID id, long version, Instant at, UUID importId, String channel, String format)
        implements
            ImportEvent {}

    /// All lines up to `line` are settled: taken, found unchanged, or refused with their reasons.
    record ImportAdvanced(UUID id, long version, Instant at, UUID importId, long line, Tally tally)
        implements
            ImportEvent {}

    /// The file ended, or `reason` says why the rest of it could not be read.
    record ImportEnded(UUID id, long version, Instant at, UUID importId, Tally tally, String reason)
        implements
            ImportEvent {}

    /// How many products were made, changed, found unchanged, and how many entries were refused.
    record Tally(long created, long changed, long unchanged, long refused) {
        static final Tally NONE = new Tally(0, 0, 0, 0);

        Tally plus(Tally more) {
            return new Tally(created + more.created, changed + more.changed, unchanged + more.unchanged,
                refused + more.refused);
        }
    }
}
