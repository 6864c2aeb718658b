package io.millrace.http;

import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/// Which pages of other sites may read our answers, beside those that the settings name. Asked for every request of
/// such a page, so it answers from memory.
public interface Origins {
    /// Whether any page of this origin may ask at all: what a preflight is told, because it carries no key.
    Mono<Boolean> isKnown(String origin);

    /// Whether a page of this origin may read the answer to this very request.
    Mono<Boolean> mayRead(ServerHttpRequest request, String origin);

    /// 403: pages of this origin may not ask, or not with this key.
    static Problem foreign() {
        return Problem.of(403, "origin_not_allowed", "Pages of this origin may not ask here");
    }
}
