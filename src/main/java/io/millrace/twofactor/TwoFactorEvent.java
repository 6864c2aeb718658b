package io.millrace.twofactor;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.UUID;

/// What is announced about second factors: tell the person, it may not have been him.
public sealed interface TwoFactorEvent extends Fact {
    UUID account();

    @Override default String aggregate() {
        return "second_factor:" + id();
    }

    @Override default long version() {
        return 1;
    }

    /// A second factor was enabled, or disabled.
    record SecondFactorChanged(UUID id, UUID account, boolean enabled, Instant at) implements TwoFactorEvent {}

    /// Somebody has other recovery codes.
    record RecoveryCodesReplaced(UUID id, UUID account, Instant at) implements TwoFactorEvent {}
}
