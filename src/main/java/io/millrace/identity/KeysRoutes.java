package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Write;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/.well-known/jwks.json`: the keys with which anybody can check our access tokens; and the call that lets the next
/// key follow.
@Configuration(proxyBeanMethods = false)
class KeysRoutes {
    private final KeyRing ring;
    private final Audit audit;
    private final Postgres postgres;

    KeysRoutes(KeyRing ring, Audit audit, Postgres postgres) {
        this.ring = ring;
        this.audit = audit;
        this.postgres = postgres;
    }

    @Bean RouterFunction<ServerResponse> keysApi(Api api) {
        return api.absolute("/.well-known", rows -> rows.GET("/jwks.json", Access.anyone(), this::show)
            .produces("application/jwk-set+json"));
    }

    @Bean RouterFunction<ServerResponse> rotationApi(Api api) {
        return api.table("/admin/signing-keys",
            rows -> rows.POST("/rotate", Access.needs("keys:rotate"), this::rotate).inPerson());
    }

    private Mono<Reply> rotate(ServerRequest request) {
        if (ring.isTold())
            return Reply.refuse(Problem.conflict("keys_are_configured",
                "The signing key is told by configuration: change it there"));
        return postgres.transactional(ring.rotate().flatMap(made -> ring.keys().flatMap(keys -> made
            ? postgres.run(Write.of(rotating(request, keys))).thenReturn(keys) : Mono.just(keys))))
            .flatMap(keys -> Reply.accepted(new RotationView(
                keys.signing().getKeyID(), keys.all().stream().map(key -> key.getKeyID()).toList(),
                KeyRing.AHEAD.toSeconds())));
    }

    private Piece rotating(ServerRequest request, Keys keys) {
        return audit.entry(request, "signing_key.rotate", "signing_keys", null, Map.of("published",
            keys.all().stream().map(key -> key.getKeyID()).toList()));
    }

    /// The next key signs after some seconds, when everybody has read it.
    record RotationView(String signing, List<String> published, long signsAfter) {}

    private Mono<Reply> show(ServerRequest request) {
        return ring.keys()
            .flatMap(keys -> Reply.bytes(keys.published().getBytes(StandardCharsets.UTF_8), "application/jwk-set+json"))
            .map(reply -> reply.header("Cache-Control", "public, max-age=300"));
    }
}
