package io.millrace.identity;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// What may stand between a proven first factor and a session; the room above that has one says it by a bean.
public interface SecondFactor {
    /// A sign-in that waits for its second factor: `token` is opaque and single, `methods` are what may answer it.
    record Challenge(String token, Duration life, List<String> methods) {}

    /// Opens a challenge for somebody who has proven his first factor in this epoch of his account; empty when it asks
    /// for no second.
    Mono<Challenge> challenge(UUID account, int epoch, Set<String> proven);
}
