package io.millrace.identity;

import io.millrace.http.ClientAddress;
import io.millrace.http.Redis;
import io.millrace.http.Silence;
import io.millrace.vault.Vault;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.ReactiveRedisTemplate;
import reactor.core.publisher.Mono;

/// Networks from which somebody signed in with the right password lately. While a flood of guesses from everywhere
/// leaves no room for strangers, people who come from there are let in all the same.
///
/// Of the network, not of the account: else what a stranger is told would depend on whether the account exists. In
/// Redis, blinded, for thirty days; while it is away everybody is a stranger.
final class Familiar {
    private static final Duration KEPT = Duration.ofDays(30);
    /// In a flood: passwords of strangers, and of people from there, that may wait to be hashed. Either way the wait is
    /// about a second at most.
    static final int STRANGERS_MAX = 2;
    static final int FAMILIAR_MAX = 32;
    private static final Duration REDIS_MAX = Duration.ofMillis(100);
    private static final byte[] YES = {1};
    private static final Logger LOG = LoggerFactory.getLogger(Familiar.class);

    private final Room hashing;
    private final Redis redis;
    private final Vault vault;
    private final Silence silence = new Silence();

    /// Completes unless there is a flood and so many wait already; fails with 503.
    interface Room {
        Mono<Void> besides(int waitingMax);
    }

    Familiar(Room hashing, Redis redis, Vault vault) {
        this.hashing = hashing;
        this.redis = redis;
        this.vault = vault;
    }

    /// Fails with 503 when somebody from there would wait too long for his password to be hashed.
    Mono<Void> room(ClientAddress from) {
        return hashing.besides(STRANGERS_MAX).onErrorResume(busy -> known(from)
            .flatMap(known -> known ? hashing.besides(FAMILIAR_MAX) : Mono.error(busy)));
    }

    Mono<Void> remember(ClientAddress from) {
        return ask(commands -> commands.opsForValue().set(key(from), YES, KEPT)).then();
    }

    private Mono<Boolean> known(ClientAddress from) {
        return ask(commands -> commands.hasKey(key(from))).defaultIfEmpty(false);
    }

    /// Empty when Redis cannot be asked now; nobody waits for one that does not answer.
    private Mono<Boolean> ask(Function<ReactiveRedisTemplate<String, byte[]>, Mono<Boolean>> question) {
        return Mono.defer(() -> silence.mayAsk() ? redis.ask(REDIS_MAX, question) : Mono.empty())
            .doOnNext(answer -> silence.well()).onErrorResume(error -> {
                LOG.debug("who is familiar cannot be told now: {}", error.toString());
                silence.ill(error);
                return Mono.empty();
            });
    }

    private String key(ClientAddress from) {
        return "millrace:identity:familiar:"
            + HexFormat.of().formatHex(vault.blind("identity.familiar", from.network()));
    }
}
