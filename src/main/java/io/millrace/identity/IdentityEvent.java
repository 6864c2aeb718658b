package io.millrace.identity;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// Everything identity announces. No names, no addresses: who needs them asks [Identity#contact].
public sealed interface IdentityEvent extends Fact {
    /// A person made an account.
    record AccountRegistered(UUID id, UUID account, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "account:" + account;
        }
    }
}
