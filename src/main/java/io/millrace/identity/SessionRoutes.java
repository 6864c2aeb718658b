package io.millrace.identity;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/auth/sessions`: where I am signed in, and signing out there.
@Configuration(proxyBeanMethods = false)
class SessionRoutes {
    private final Sessions sessions;
    private final SignOut signOut;
    private final InstantSource clock;

    SessionRoutes(Sessions sessions, SignOut signOut, InstantSource clock) {
        this.sessions = sessions;
        this.signOut = signOut;
        this.clock = clock;
    }

    @Bean RouterFunction<ServerResponse> sessionsApi(Api api) {
        return api.table("/auth/sessions", rows -> {
            rows.GET("", Access.signedIn(), this::list).inPerson();
            rows.DELETE("", Access.signedIn(), this::endAll).inPerson();
            rows.DELETE("/{id}", Access.signedIn(), this::end).inPerson();
        });
    }

    record SessionView(UUID id, boolean current, @Nullable String device, @Nullable String ip, List<String> methods,
        Instant createdAt, Instant lastSeenAt, Instant expiresAt) {}

    private Mono<Reply> list(ServerRequest request) {
        Caller caller = Caller.of(request);
        UUID mine = caller.session().orElse(null);
        return sessions.of(caller.account(), clock.instant())
            .map(seen -> new SessionView(seen.id(), seen.id().equals(mine), seen.agent(), seen.ip(),
                SignInReply.sorted(seen.methods()), seen.createdAt(), seen.seenAt(), seen.expiresAt()))
            .collectList().flatMap(Reply::ok);
    }

    private Mono<Reply> end(ServerRequest request) {
        return Mono.justOrEmpty(Ids.read(request.pathVariable("id")))
            .flatMap(id -> signOut.one(Caller.of(request).account(), id, SignOut.SIGNED_OUT)).defaultIfEmpty(false)
            .flatMap(ended -> ended ? Reply.noContent() : Reply.refuse(Problem.notFound("This session was")));
    }

    private Mono<Reply> endAll(ServerRequest request) {
        return signOut.everywhere(Caller.of(request).account(), SignOut.SIGNED_OUT).then(Reply.noContent());
    }
}
