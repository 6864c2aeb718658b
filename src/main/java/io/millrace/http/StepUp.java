package io.millrace.http;

import java.time.Duration;
import reactor.core.publisher.Mono;

/// Whether somebody must prove the second factor again before what cannot easily be undone; asked for rows that are
/// [Rows.Row#freshly]. Identity answers, because it knows who has a second factor and when it was used last.
@FunctionalInterface
public interface StepUp {
    /// How long one proof is good for.
    Duration FRESH = Duration.ofMinutes(5);

    /// True when the caller has a second factor and has not used it in this session within [#FRESH].
    Mono<Boolean> isDue(Caller caller);

    /// 403 with the challenge of RFC 9470, so that a client knows what to ask the person for.
    static Problem problem() {
        return Problem.of(403, "step_up_required", "Prove your second factor first, at /auth/2fa/challenge")
            .header("WWW-Authenticate",
                "Bearer error=\"insufficient_user_authentication\", max_age=" + FRESH.toSeconds());
    }
}
