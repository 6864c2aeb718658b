package io.millrace.ordering;

import java.util.List;

/// What an order makes of a fact.
sealed interface Decision {
    /// The order moves on: its next state, what must be done with it, and what is told about it.
    record Moved(Order order, List<Effect> effects, List<OrderingEvent> told) implements Decision {}

    /// Already so: nothing to do, and that is fine.
    record Same(Order order) implements Decision {}

    /// A person's wish that this state does not allow.
    record Declined(String code, String message) implements Decision {}

    /// Should not have happened. Parked, counted and looked at; never ignored.
    record Unexpected(Order order, OrderFact fact) implements Decision {}
}
