package io.millrace.keys;

import io.millrace.channel.Channels;
import io.millrace.http.Caller;
import io.millrace.http.Detached;
import io.millrace.identity.Credentials;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/// The secret key of a channel: a machine without a person, allowed what the key's scopes say, in the key's channel.
final class SecretKeyCredentials implements Credentials {
    private final KnownKeys known;

    SecretKeyCredentials(KnownKeys known) {
        this.known = known;
    }

    @Override public boolean knows(String token) {
        return token.startsWith(KeyText.SECRET);
    }

    @Override public Mono<Caller> caller(String token, ServerHttpRequest request) {
        Mono<ChannelKey> good = known.find(token, ChannelKey.Kind.SECRET).flatMap(known::noted);
        return Detached.run(good).filter(key -> isOne(key, request)).map(key -> {
            request.getAttributes().put(Channels.BY_KEY, key.channel());
            return new Caller(Optional.empty(), Set.of(), key.scopes(), Optional.of(new Caller.Proof(Caller.Kind.KEY,
                key.id(), Caller.Realm.STAFF, key.createdAt(), Set.of(), key.scopes())));
        });
    }

    /// Two keys of two channels in one request: nobody can say which is meant.
    private static boolean isOne(ChannelKey key, ServerHttpRequest request) {
        return key.channel().equals(request.getAttributes().getOrDefault(Channels.BY_KEY, key.channel()));
    }
}
