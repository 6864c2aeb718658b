package io.millrace.messaging;

import java.util.List;
import reactor.core.publisher.Mono;

/// Hears facts before they are committed, and adds what must become true together with them: the processes that must
/// never disagree about money, stock and order state, and read models that an admin must see at once.
///
/// It may read; it never writes by itself: what it wants written it adds to the change as pieces guarded by the
/// versions it read, and new facts as facts. Declared as a bean; heard by page, in the order of the beans.
public interface InTransaction<F extends Fact> {
    /// The sealed page of facts it hears.
    Class<F> page();

    /// All facts of that page in this round of the change, in order. Facts it adds are heard in the next round.
    Mono<Change> hear(List<F> facts, Change change);
}
