package io.millrace.keys;

import io.millrace.audit.Audit;
import io.millrace.channel.Channel;
import io.millrace.http.Caller;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/// Makes keys, shows each once, and takes them back: at once on this node, and on the others as soon as they hear.
final class KeyRing {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ChannelKeys channelKeys;
    private final KnownKeys known;
    private final Messaging messaging;
    private final Audit audit;
    private final Ids ids;
    private final InstantSource clock;

    KeyRing(ChannelKeys channelKeys, KnownKeys known, Messaging messaging, Audit audit, Ids ids, InstantSource clock) {
        this.channelKeys = channelKeys;
        this.known = known;
        this.messaging = messaging;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /// How a call ends.
    sealed interface Outcome {
        /// The text is shown this once.
        record TokenMade(PersonalToken token, KeyText text) implements Outcome {}

        record KeyMade(ChannelKey key, KeyText text) implements Outcome {}

        record Changed(ChannelKey key) implements Outcome {}

        record Revoked() implements Outcome {}

        record TooMany() implements Outcome {}

        /// Unknown, somebody else's, or taken back already.
        record Gone() implements Outcome {}
    }

    /// What somebody wants a token for. Scopes were held against his permissions already, and are again at every use.
    record TokenWish(String name, Set<String> scopes, Instant expiresAt) {}

    Mono<Outcome> make(ServerRequest request, TokenWish wish) {
        UUID account = Caller.of(request).account();
        KeyText text = KeyText.personal(random());
        Instant now = clock.instant();
        PersonalToken token = new PersonalToken(ids.next(), account, wish.name(), text.hint(), wish.scopes(), now,
            wish.expiresAt(), null);
        return done(Change.of(PersonalTokens.insert(token, text.hash()), audit.entry(request, "token.make",
            "token:" + token.id(), null, Map.of("scopes", token.scopes(), "expires_at", token.expiresAt())))
            .tells(new KeysEvent.TokenMade(ids.next(), token.id(), account, now)),
            new Outcome.TokenMade(token, text));
    }

    Mono<Outcome> revoke(ServerRequest request, UUID token) {
        UUID account = Caller.of(request).account();
        Instant now = clock.instant();
        return done(Change.of(PersonalTokens.revoke(token, account, now),
            audit.entry(request, "token.revoke", "token:" + token, null, null))
            .tells(new KeysEvent.TokenRevoked(ids.next(), token, account, now)), new Outcome.Revoked());
    }

    /// What a channel's key is to be.
    record KeyWish(ChannelKey.Kind kind, String name, Set<String> origins, Set<String> scopes,
        @Nullable Instant expiresAt) {}

    Mono<Outcome> make(ServerRequest request, Channel channel, KeyWish wish) {
        boolean isPublic = wish.kind() == ChannelKey.Kind.PUBLISHABLE;
        KeyText text = isPublic ? KeyText.publishable(channel.code(), random())
            : KeyText.secret(channel.code(), random());
        ChannelKey key = new ChannelKey(ids.next(), channel.code(), wish.kind(), wish.name(), text.hint(),
            isPublic ? text.value() : null, wish.origins(), wish.scopes(), 1, Caller.of(request).id().orElse(null),
            clock.instant(), wish.expiresAt(), null);
        return done(Change.of(ChannelKeys.insert(key, text.hash()), told(request, "make", key)).tells(changed(key)),
            new Outcome.KeyMade(key, text)).flatMap(this::reloaded);
    }

    Mono<Outcome> change(ServerRequest request, Channel channel, UUID id, String name, Set<String> origins) {
        return Change.retryStale(() -> channelKeys.find(channel.code(), id).flatMap(key -> {
            ChannelKey next = key.next(name, origins);
            return done(Change.of(ChannelKeys.change(next), audit.entry(request, "channel_key.change",
                "channel_key:" + id, Map.of("origins", key.origins()), Map.of("origins", origins)))
                .tells(changed(next)), new Outcome.Changed(next));
        })).defaultIfEmpty(new Outcome.Gone()).flatMap(this::reloaded);
    }

    Mono<Outcome> revoke(ServerRequest request, Channel channel, UUID id) {
        return Change.retryStale(() -> channelKeys.find(channel.code(), id).flatMap(key -> revoked(request, key)))
            .defaultIfEmpty(new Outcome.Gone()).flatMap(this::reloaded);
    }

    private Mono<Outcome> revoked(ServerRequest request, ChannelKey key) {
        Instant now = clock.instant();
        KeysEvent gone = new KeysEvent.ChannelKeyChanged(ids.next(), key.id(), key.channel(), false,
            key.version() + 1, now);
        return done(Change.of(ChannelKeys.revoke(key, now), told(request, "revoke", key)).tells(gone),
            new Outcome.Revoked());
    }

    private KeysEvent changed(ChannelKey key) {
        return new KeysEvent.ChannelKeyChanged(ids.next(), key.id(), key.channel(), true, key.version(),
            clock.instant());
    }

    private Piece told(ServerRequest request, String verb, ChannelKey key) {
        return audit.entry(request, "channel_key." + verb, "channel_key:" + key.id(), null, Map.of("channel",
            key.channel(), "kind", key.kind(), "origins", key.origins(), "scopes", key.scopes()));
    }

    private Mono<Outcome> reloaded(Outcome outcome) {
        return known.reload().thenReturn(outcome);
    }

    private Mono<Outcome> done(Change change, Outcome outcome) {
        return messaging.commit(change).thenReturn(outcome).onErrorResume(Refused.class,
            refused -> switch (refused.reason()) {
                case PersonalTokens.TOO_MANY -> Mono.just(new Outcome.TooMany());
                case PersonalTokens.GONE -> Mono.just(new Outcome.Gone());
                default -> Mono.error(refused);
            });
    }

    private static byte[] random() {
        byte[] bytes = new byte[KeyText.RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
