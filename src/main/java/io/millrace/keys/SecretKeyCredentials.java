package io.millrace.keys;

import io.millrace.http.Caller;
import io.millrace.http.Detached;
import io.millrace.identity.Credentials;
import java.util.Optional;
import java.util.Set;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// The secret key of a channel: a machine without a person, allowed what the key's scopes say; [KeyDoor] has picked
/// the key's channel.
final class SecretKeyCredentials implements Credentials {
    private final KnownKeys known;
    private final BadKeys bad;

    SecretKeyCredentials(KnownKeys known, BadKeys bad) {
        this.known = known;
        this.bad = bad;
    }

    @Override public boolean knows(String token) {
        return token.startsWith(KeyText.SECRET);
    }

    @Override public Mono<Caller> caller(String token, ServerWebExchange exchange) {
        return Detached.run(known.find(token, ChannelKey.Kind.SECRET).flatMap(known::noted))
            .map(key -> new Caller(Optional.empty(), Set.of(), key.scopes(), Optional.of(new Caller.Proof(
                Caller.Kind.KEY, key.id(), Caller.Realm.STAFF, key.createdAt(), Set.of(), key.scopes()))))
            .switchIfEmpty(Mono.defer(() -> bad.counted(exchange)));
    }
}
