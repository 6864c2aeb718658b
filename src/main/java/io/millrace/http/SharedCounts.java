package io.millrace.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.script.RedisScript;
import reactor.core.publisher.Mono;

/// What all nodes have drawn from each limit, in Redis: a list of (time, how many) for the last window, looked at and
/// added to in one script, so it is exact however many nodes draw at once. Empty when Redis cannot be asked now.
final class SharedCounts {
    private static final Logger LOG = LoggerFactory.getLogger(SharedCounts.class);
    /// A request waits no longer for Redis, and after one that waited so long nobody does for a while.
    private static final Duration WAIT_MAX = Duration.ofMillis(20);
    private static final Duration FIRST_WAIT_MAX = Duration.ofSeconds(2);
    private static final String PREFIX = "millrace:limits:";
    private static final int KEY_BYTES = 16;
    /// Nodes' clocks differ: the list's time never runs backwards. A refusal adds nothing.
    @SuppressWarnings("rawtypes") private static final RedisScript<List> DRAW = RedisScript.of("""
        local now, window, most, wish = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        local drawn = redis.call('LRANGE', KEYS[1], 0, -1)
        if #drawn > 0 then now = math.max(now, tonumber(drawn[#drawn - 1])) end
        local used, gone, first = 0, 0, now
        for i = 1, #drawn, 2 do
          if tonumber(drawn[i]) + window <= now then gone = i + 1
          else
            if used == 0 then first = tonumber(drawn[i]) end
            used = used + tonumber(drawn[i + 1])
          end
        end
        if gone > 0 then redis.call('LTRIM', KEYS[1], gone, -1) end
        local count = math.max(0, math.min(wish, most - used))
        if count > 0 then
          redis.call('RPUSH', KEYS[1], string.format('%.0f', now), string.format('%.0f', count))
          redis.call('PEXPIRE', KEYS[1], window)
        end
        return {count, math.max(0, most - used - count), first + window - now}""", List.class);

    private final Redis redis;
    private final Silence silence = new Silence();

    SharedCounts(Redis redis) {
        this.redis = redis;
    }

    Mono<Quota.Portion> draw(String name, String key, Limit limit, long wish, long nowMs) {
        if (!silence.mayAsk()) return Mono.empty();
        return ask(WAIT_MAX, address(name, key), limit, wish, nowMs).doOnNext(portion -> silence.well())
            .onErrorResume(error -> {
                LOG.debug("limits are counted on this node alone: {}", error.toString());
                silence.ill(error);
                return Mono.empty();
            });
    }

    /// Loads the script, so that the first visitor does not wait for it.
    Mono<Void> warm() {
        return ask(FIRST_WAIT_MAX, PREFIX + "warm", new Limit(1, Duration.ofSeconds(1), 1, false), 0, 0)
            .onErrorResume(error -> Mono.empty()).then();
    }

    private Mono<Quota.Portion> ask(Duration waitMax, String address, Limit limit, long wish, long nowMs) {
        List<byte[]> numbers = Stream.of(nowMs, limit.windowMs(), limit.most(), wish)
            .map(number -> Long.toString(number).getBytes(StandardCharsets.US_ASCII)).toList();
        return redis.ask(waitMax, commands -> commands.execute(DRAW, List.of(address), numbers).next())
            .map(SharedCounts::portion);
    }

    private static Quota.Portion portion(List<?> answer) {
        return new Quota.Portion(number(answer, 0), number(answer, 1), number(answer, 2));
    }

    private static long number(List<?> answer, int at) {
        return Optional.ofNullable((Long) answer.get(at)).orElse(0L);
    }

    /// Addresses of people and machines are not left in Redis as they are.
    private static String address(String name, String key) {
        byte[] hash = sha256((name + "|" + key).getBytes(StandardCharsets.UTF_8));
        return PREFIX + name + ":" + Base64.getUrlEncoder().withoutPadding()
            .encodeToString(Arrays.copyOf(hash, KEY_BYTES));
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
