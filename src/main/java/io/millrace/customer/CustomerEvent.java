package io.millrace.customer;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// Everything this room announces.
public sealed interface CustomerEvent extends Fact {
    UUID verification();

    @Override default String aggregate() {
        return "verification:" + verification();
    }

    /// Somebody showed a document and waits.
    record VerificationAsked(UUID id, long version, Instant at, UUID verification, UUID account, String kind)
        implements
            CustomerEvent {}

    /// It was found good or not.
    record VerificationDecided(UUID id, long version, Instant at, UUID verification, UUID account, String kind,
        boolean verified)
        implements
            CustomerEvent {}

    /// It is good no longer, or nobody ever found out.
    record VerificationExpired(UUID id, long version, Instant at, UUID verification, UUID account, String kind)
        implements
            CustomerEvent {}
}
