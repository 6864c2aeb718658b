package io.millrace.keys;

import io.millrace.channel.Channel;
import io.millrace.channel.Channels;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Caller;
import io.millrace.http.Fields;
import io.millrace.http.Origin;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/// `/admin/channels/{code}/keys`: keys for a channel's pages and servers.
@Configuration(proxyBeanMethods = false)
class ChannelKeyRoutes {
    private static final String WRITE = "key:write";
    private static final int ORIGINS_MAX = 20;

    private final ChannelKeys keys;
    private final Channels channels;
    private final KeyRing ring;
    private final InstantSource clock;

    ChannelKeyRoutes(ChannelKeys keys, Channels channels, KeyRing ring, InstantSource clock) {
        this.keys = keys;
        this.channels = channels;
        this.ring = ring;
        this.clock = clock;
    }

    @Bean RouterFunction<ServerResponse> channelKeyApi(Api api) {
        return api.table("/admin/channels/{code}/keys", rows -> {
            rows.GET("", Access.needs(WRITE), this::list);
            rows.POST("", Access.needs(WRITE), this::make).inPerson().freshly().storesNothing();
            rows.PUT("/{id}", Access.needs(WRITE), this::change).inPerson();
            rows.DELETE("/{id}", Access.needs(WRITE), this::revoke);
        });
    }

    record Make(@Nullable String kind, @Nullable String name, @Nullable List<String> origins,
        @Nullable List<String> scopes, @Nullable Instant expiresAt) {}

    record Change(@Nullable String name, @Nullable List<String> origins) {}

    record View(UUID id, String channel, String kind, String name, String hint, Set<String> origins,
        Set<String> scopes, Instant createdAt, @Nullable Instant expiresAt, @Nullable Instant lastUsedAt,
        @Nullable String key) {

        /// A publishable key may be shown again; a secret one only when it was made.
        static View of(ChannelKey key, @Nullable KeyText text) {
            return new View(key.id(), key.channel(), key.kind().name().toLowerCase(Locale.ROOT), key.name(), key.hint(),
                new TreeSet<>(key.origins()), new TreeSet<>(key.scopes()), key.createdAt(), key.expiresAt(),
                key.lastUsedAt(), text == null ? key.shown() : text.value());
        }
    }

    private Mono<Reply> list(ServerRequest request) {
        return keys.of(channel(request).code()).map(key -> View.of(key, null)).collectList().flatMap(Reply::ok);
    }

    private Mono<Reply> make(ServerRequest request) {
        Channel channel = channel(request);
        Make body = Api.body(request, Make.class);
        Caller caller = Caller.of(request);
        Fields fields = new Fields();
        ChannelKey.Kind kind = kind(fields, body.kind());
        String name = fields.text("name", body.name(), TokenRoutes.NAME_CHARS_MAX);
        Set<String> origins = origins(fields, body.origins());
        Set<String> scopes = TokenRoutes.scopes(fields, body.scopes(),
            scope -> caller.may(scope) && !Scopes.OWN.contains(scope));
        if (kind == ChannelKey.Kind.SECRET && !origins.isEmpty())
            fields.wrong("origins", "belong to a publishable key: a secret one never stands in a page");
        if (kind == ChannelKey.Kind.PUBLISHABLE && !scopes.isEmpty())
            fields.wrong("scopes", "belong to a secret key");
        if (body.expiresAt() != null && !body.expiresAt().isAfter(clock.instant()))
            fields.wrong("expires_at", "is in the future");
        fields.orRefuse();
        return ring.make(request, channel, new KeyRing.KeyWish(Objects.requireNonNull(kind), name, origins, scopes,
            body.expiresAt())).map(TokenRoutes::answer);
    }

    private Mono<Reply> change(ServerRequest request) {
        Channel channel = channel(request);
        UUID id = TokenRoutes.id(request, "Key");
        Change body = Api.body(request, Change.class);
        Fields fields = new Fields();
        String name = fields.text("name", body.name(), TokenRoutes.NAME_CHARS_MAX);
        Set<String> origins = origins(fields, body.origins());
        fields.orRefuse();
        return keys.find(channel.code(), id).flatMap(key -> {
            if (key.kind() == ChannelKey.Kind.SECRET && !origins.isEmpty())
                return Reply.refuse(Problem.invalid("origins", "belong to a publishable key"));
            return ring.change(request, channel, id, name, origins).map(TokenRoutes::answer);
        }).switchIfEmpty(Reply.refuse(Problem.notFound("Key")));
    }

    private Mono<Reply> revoke(ServerRequest request) {
        return ring.revoke(request, channel(request), TokenRoutes.id(request, "Key")).map(TokenRoutes::answer);
    }

    private static ChannelKey.@Nullable Kind kind(Fields fields, @Nullable String text) {
        for (ChannelKey.Kind kind : ChannelKey.Kind.values())
            if (kind.name().toLowerCase(Locale.ROOT).equals(text)) return kind;
        fields.wrong("kind", "is publishable or secret");
        return null;
    }

    private static Set<String> origins(Fields fields, @Nullable List<String> texts) {
        Set<String> origins = new TreeSet<>();
        if (texts == null) return origins;
        if (texts.size() > ORIGINS_MAX) fields.wrong("origins", "are at most " + ORIGINS_MAX);
        for (int i = 0; i < Math.min(texts.size(), ORIGINS_MAX); i++) {
            String text = String.valueOf(texts.get(i));
            Origin origin = fields.make("origins[" + i + "]", () -> Origin.of(text));
            if (origin != null) origins.add(origin.value());
        }
        return origins;
    }

    private Channel channel(ServerRequest request) {
        return channels.byCode(request.pathVariable("code"))
            .orElseThrow(() -> new ProblemException(Problem.notFound("Channel")));
    }
}
