package io.millrace.http;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.core.ReactiveRedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializationContext;
import org.springframework.data.redis.serializer.RedisSerializer;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/// The one way to Redis. It never keeps an event loop waiting: the first connection (which the library below makes
/// while its caller stands still, all others queueing behind a lock) is made by a worker, again and again until it
/// stands, and until then every question is answered with [Away] at once; so it is while the connection is broken. A
/// question that is not answered in time fails with a [java.util.concurrent.TimeoutException].
///
/// Nothing here is the truth: whoever asks has an answer of its own for "away", "slow" and "I do not know that".
public final class Redis implements DisposableBean {
    /// A try to connect that is not answered; also how long a start waits for the first one.
    private static final Duration GREETING_MAX = Duration.ofSeconds(2);
    private static final Duration AGAIN_FIRST = Duration.ofMillis(100);
    private static final Duration AGAIN_MAX = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(Redis.class);

    private final ReactiveRedisConnectionFactory connections;
    private final ReactiveRedisTemplate<String, byte[]> commands;
    private final Sinks.Empty<Void> acquainted = Sinks.empty();
    private volatile boolean met;
    private volatile @Nullable Disposable meeting;

    Redis(ReactiveRedisConnectionFactory connections) {
        this.connections = connections;
        this.commands = new ReactiveRedisTemplate<>(connections, RedisSerializationContext
            .<String, byte[]>newSerializationContext(RedisSerializer.string()).value(RedisSerializer.byteArray())
            .hashKey(RedisSerializer.string()).hashValue(RedisSerializer.byteArray()).build());
    }

    /// The one there is: it has no stack to tell of.
    static final Away AWAY = new Away();

    /// Redis was never reached yet.
    public static final class Away extends RuntimeException {
        private Away() {
            super("Redis was not reached yet", null, false, false);
        }
    }

    /// Asks; the first value answers. Keys are text, values bytes.
    public <T> Mono<T> ask(Duration waitMax, Function<ReactiveRedisTemplate<String, byte[]>, Mono<T>> question) {
        return Mono.defer(() -> met ? question.apply(commands).timeout(waitMax) : Mono.error(AWAY));
    }

    /// Begins to look for Redis; completes when it was met, or when the start of the shop need not wait any longer.
    Mono<Void> meet() {
        return Mono.defer(() -> {
            if (meeting == null) meeting = greeting().subscribe(pong -> {
                met = true;
                acquainted.tryEmitEmpty();
            }, error -> LOG.error("Redis is given up", error));
            return acquainted.asMono().timeout(GREETING_MAX, Mono.empty());
        });
    }

    private Mono<String> greeting() {
        return Mono.fromCallable(connections::getReactiveConnection).subscribeOn(Schedulers.boundedElastic())
            .flatMap(connection -> connection.ping().timeout(GREETING_MAX))
            .retryWhen(Retry.backoff(Long.MAX_VALUE, AGAIN_FIRST).maxBackoff(AGAIN_MAX)
                .doBeforeRetry(again -> LOG.debug("Redis is not there yet: {}", again.failure().toString())));
    }

    @Override public void destroy() {
        Disposable looking = meeting;
        if (looking != null) looking.dispose();
    }
}
