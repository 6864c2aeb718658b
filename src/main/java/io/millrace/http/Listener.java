package io.millrace.http;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Whose right an open stream rests on: an account, and the session or key it came with. When that is over, so is the
/// stream.
public record Listener(UUID account, @Nullable UUID proof) {

    /// Empty for a guest: a guest's stream rests on a token that cannot be taken back.
    public static Optional<Listener> of(Caller caller) {
        return caller.id().map(account -> new Listener(account, caller.proof().map(Caller.Proof::id).orElse(null)));
    }
}
