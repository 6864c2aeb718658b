package io.millrace.messaging;

import java.util.List;

/// Hears which facts have just become true, on the node that made them and before its caller hears of success: for what
/// this node remembers, so that a writer reads his own write. Quick, never failing, nothing that must not be lost: the
/// other nodes and the next start hear only [Subscription]s. Declared as a bean.
@FunctionalInterface
public interface Committed {
    void heard(List<Fact> facts);
}
