package io.millrace.inventory;

import io.millrace.messaging.Change;
import io.millrace.messaging.Fact;
import io.millrace.postgres.Piece;
import java.util.List;

/// What stock has to do with a change: the guarded piece of SQL, and the facts it makes true.
public record Stocking(Piece piece, List<InventoryEvent> facts) {
    /// The change with this piece in it, telling its facts.
    public Change into(Change change) {
        return change.with(piece).tells(facts.toArray(Fact[]::new));
    }
}
