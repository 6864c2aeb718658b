package io.millrace.identity;

import io.millrace.http.Caller;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// One kind of thing that may stand behind `Authorization: Bearer`. Access tokens are one; a room above that gives out
/// keys of its own declares a bean of another. The first that knows a token decides.
public interface Credentials {
    /// Whether a token has this kind's form. Quick, and says nothing about whether it is good.
    boolean knows(String token);

    /// Who comes with it; empty when it is not good (any more), without a reason.
    Mono<Caller> caller(String token, ServerWebExchange exchange);
}
