package io.millrace.identity;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// What may stand between a proven first factor and a session.
interface SecondFactor {
    /// A sign-in that waits for its second factor: `token` is opaque and single, `methods` are what may answer it.
    record Challenge(String token, Duration life, List<String> methods) {}

    /// Opens a challenge for somebody who has proven his first factor; empty when his account asks for no second.
    Mono<Challenge> challenge(UUID account, Set<String> proven, Device device);
}
