package io.millrace.privacy;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// What is announced about people's data: ids only.
public sealed interface PrivacyEvent extends Fact {
    /// A person was erased: his keys are gone, and whoever remembers anything of him forgets it now.
    record PersonErased(UUID id, UUID account, Instant at) implements PrivacyEvent {
        @Override public String aggregate() {
            return "person:" + account;
        }

        @Override public long version() {
            return 1;
        }
    }
}
