package io.millrace.inventory;

import java.time.Instant;
import java.util.UUID;

/// A promise of stock: to whom (`ref`), in what state, and how many facts it told so far (`version`).
public record Reservation(UUID id, String ref, State state, Instant expiresAt, long version) {
    /// `HELD` keeps stock for a while; `COMMITTED` is sold; `RELEASED`, `LAPSED` and `RETURNED` keep nothing.
    public enum State { HELD, COMMITTED, RELEASED, LAPSED, RETURNED }
}
