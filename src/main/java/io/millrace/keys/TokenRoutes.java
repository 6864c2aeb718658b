package io.millrace.keys;

import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/user/tokens`: a person's own access tokens for machines. A machine cannot make more of them.
@Configuration(proxyBeanMethods = false)
class TokenRoutes {
    static final int NAME_CHARS_MAX = 100;
    static final Duration LIFE_USUAL = Duration.ofDays(90);
    static final Duration LIFE_MAX = Duration.ofDays(366);

    private final PersonalTokens tokens;
    private final KeyRing ring;
    private final InstantSource clock;

    TokenRoutes(PersonalTokens tokens, KeyRing ring, InstantSource clock) {
        this.tokens = tokens;
        this.ring = ring;
        this.clock = clock;
    }

    @Bean RouterFunction<ServerResponse> tokenApi(Api api) {
        return api.table("/user/tokens", rows -> {
            rows.GET("", Access.signedIn(), this::mine).inPerson();
            rows.POST("", Access.signedIn(), this::make).inPerson().freshly().storesNothing();
            rows.DELETE("/{id}", Access.signedIn(), this::revoke).inPerson();
        });
    }

    record Make(@Nullable String name, @Nullable List<String> scopes, @Nullable Instant expiresAt) {}

    record View(UUID id, String name, String hint, Set<String> scopes, Instant createdAt, Instant expiresAt,
        @Nullable Instant lastUsedAt, @Nullable String token) {

        static View of(PersonalToken token, @Nullable KeyText text) {
            return new View(token.id(), token.name(), token.hint(), new TreeSet<>(token.scopes()), token.createdAt(),
                token.expiresAt(), token.lastUsedAt(), text == null ? null : text.value());
        }
    }

    private Mono<Reply> mine(ServerRequest request) {
        return tokens.of(Caller.of(request).account(), clock.instant()).map(token -> View.of(token, null)).collectList()
            .flatMap(Reply::ok);
    }

    private Mono<Reply> make(ServerRequest request) {
        Make body = Api.body(request, Make.class);
        Caller caller = Caller.of(request);
        Instant now = clock.instant();
        Fields fields = new Fields();
        String name = fields.text("name", body.name(), NAME_CHARS_MAX);
        Set<String> scopes = scopes(fields, body.scopes(), scope -> caller.may(scope) || Scopes.OWN.contains(scope));
        Instant until = body.expiresAt() == null ? now.plus(LIFE_USUAL) : body.expiresAt();
        if (!until.isAfter(now) || until.isAfter(now.plus(LIFE_MAX)))
            fields.wrong("expires_at", "is in the future, at most " + LIFE_MAX.toDays() + " days");
        fields.orRefuse();
        return ring.make(request, new KeyRing.TokenWish(name, scopes, until)).map(TokenRoutes::answer);
    }

    /// Each scope by name, and only what the caller may himself.
    static Set<String> scopes(Fields fields, @Nullable List<String> wanted, Predicate<String> may) {
        if (wanted == null) return Set.of();
        if (wanted.size() > Scopes.COUNT_MAX) fields.wrong("scopes", "are at most " + Scopes.COUNT_MAX);
        for (int i = 0; i < Math.min(wanted.size(), Scopes.COUNT_MAX); i++) {
            String scope = wanted.get(i);
            if (scope == null || !Scopes.isScope(scope)) fields.wrong("scopes[" + i + "]", "is not a permission");
            else if (!may.test(scope)) fields.wrong("scopes[" + i + "]", "is not yours to give");
        }
        return fields.isClean() ? Set.copyOf(wanted) : Set.of();
    }

    private Mono<Reply> revoke(ServerRequest request) {
        return ring.revoke(request, id(request, "Token")).map(TokenRoutes::answer);
    }

    static UUID id(ServerRequest request, String what) {
        return Ids.read(request.pathVariable("id"))
            .orElseThrow(() -> new ProblemException(Problem.notFound(what)));
    }

    static Reply answer(KeyRing.Outcome outcome) {
        return switch (outcome) {
            case KeyRing.Outcome.TokenMade(var token, var text) -> made("/api/v1/user/tokens/" + token.id(),
                View.of(token, text));
            case KeyRing.Outcome.KeyMade(var key, var text) -> made(
                "/api/v1/admin/channels/" + key.channel() + "/keys/" + key.id(), ChannelKeyRoutes.View.of(key, text));
            case KeyRing.Outcome.Changed(var key) -> new Reply(200, Map.of(),
                new Reply.Body.Data(ChannelKeyRoutes.View.of(key, null), null, null));
            case KeyRing.Outcome.Revoked() -> new Reply(204, Map.of(), new Reply.Body.None());
            case KeyRing.Outcome.TooMany() -> Problem.conflict("too_many_keys", "Take some back first").reply();
            case KeyRing.Outcome.Gone() -> Problem.notFound("Key").reply();
        };
    }

    /// Shown this once, and kept by nobody on the way.
    private static Reply made(String location, Object view) {
        return new Reply(201, Map.of("Location", location, "Cache-Control", "no-store"),
            new Reply.Body.Data(view, null, null));
    }
}
