package io.millrace.sandbox;

import static io.millrace.http.Access.anyone;

import io.millrace.http.Api;
import io.millrace.http.Reply;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// The dial; open to everyone, because it is not there in production.
final class ChaosRoutes {
    private final ChaosDial dial;

    ChaosRoutes(ChaosDial dial) {
        this.dial = dial;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.absolute("/sandbox/chaos", rows -> {
            rows.GET("", anyone(), request -> dial.now().flatMap(Reply::ok));
            rows.PUT("", anyone(), this::turn);
        });
    }

    private Mono<Reply> turn(ServerRequest request) {
        return dial.turn(Api.body(request, Chaos.Wish.class).checked()).flatMap(Reply::ok);
    }
}
