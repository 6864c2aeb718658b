package io.millrace.federation;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Somebody who knows people: an OpenID Connect issuer or Facebook.
interface OuterProvider {
    String name();

    boolean linksByEmail();

    /// Where the browser goes to say who it is.
    Mono<Told<String>> door(Departure departure, byte[] key, String redirectUri, @Nullable String loginHint);

    /// Turns the code that came back into who it is. `iss` is the response parameter of RFC 9207.
    Mono<Told<Outer>> meet(Departure departure, byte[] key, String redirectUri, String code, @Nullable String iss);
}
