package io.millrace.identity;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Reply;
import java.nio.charset.StandardCharsets;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/.well-known/jwks.json`: the keys with which anybody can check our access tokens.
@Configuration(proxyBeanMethods = false)
class KeysRoutes {
    private final KeyRing ring;

    KeysRoutes(KeyRing ring) {
        this.ring = ring;
    }

    @Bean RouterFunction<ServerResponse> keysApi(Api api) {
        return api.absolute("/.well-known", rows -> rows.GET("/jwks.json", Access.anyone(), this::show)
            .produces("application/jwk-set+json"));
    }

    private Mono<Reply> show(ServerRequest request) {
        return ring.keys()
            .flatMap(keys -> Reply.bytes(keys.published().getBytes(StandardCharsets.UTF_8), "application/jwk-set+json"))
            .map(reply -> reply.header("Cache-Control", "public, max-age=300"));
    }
}
