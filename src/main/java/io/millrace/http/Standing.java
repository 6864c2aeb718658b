package io.millrace.http;

import java.util.Set;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Knows whether what callers came with (sign-ins, keys) still stands. Asked again and again about those who have a
/// live stream open, because a stream outlives the look at its caller. Declared as a bean by whoever gives such things
/// out.
@FunctionalInterface
public interface Standing {
    /// Those of these sessions or keys that are over; what it does not know it leaves out.
    Mono<Set<UUID>> over(Set<UUID> asked);
}
