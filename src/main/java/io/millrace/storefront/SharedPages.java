package io.millrace.storefront;

import io.millrace.http.Redis;
import io.millrace.http.Silence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.script.RedisScript;
import reactor.core.publisher.Mono;

/// The second level: ready answers shared by all nodes, in Redis, under the generation of their channel. It is never
/// needed: when Redis is away, slow or flushed, an answer is simply not there, and after a failure nobody asks for a
/// while.
final class SharedPages {
    private static final Logger LOG = LoggerFactory.getLogger(SharedPages.class);
    private static final Duration WAIT_MAX = Duration.ofMillis(25);
    /// A backstop: no answer is older, whatever was missed.
    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final long ASK_AGAIN_NANOS = Duration.ofMillis(200).toNanos();
    private static final int ANSWER_BYTES_MAX = 512 * 1024;
    private static final String PREFIX = "millrace:storefront:";
    /// The generation and the answer in one trip. Generations are never used twice, not even after everything was
    /// flushed: an answer on its way to an old one must not be found again.
    private static final RedisScript<List<byte[]>> READ = script("""
        local generation = redis.call('GET', KEYS[1])
        if not generation then
          generation = ARGV[1]
          redis.call('SET', KEYS[1], generation)
        end
        return {generation, redis.call('GET', KEYS[2] .. generation) or ''}""");

    private final Redis redis;
    /// Channels whose generation Redis has not moved on yet, though we know that it must; at first all of them are, for
    /// nobody knows what happened while we were not there.
    private final ConcurrentMap<String, Owed> owed = new ConcurrentHashMap<>();
    private static final Owed SETTLED = new Owed(0, 0);
    private final AtomicLong wishes = new AtomicLong();
    private final Silence silence = new Silence();

    SharedPages(Redis redis) {
        this.redis = redis;
    }

    /// An answer as it is shared: what makes it again on another node. `generation` is where it belongs.
    record Found(byte[] generation, @Nullable Content content) {}

    record Content(int status, @Nullable Long version, byte[] bytes) {}

    /// Empty when Redis cannot be asked now.
    Mono<Found> find(String channel, String key) {
        if (!isSettled(channel) || !silence.mayAsk()) return Mono.empty();
        List<String> keys = List.of(generation(channel), address(channel, key));
        return redis.ask(WAIT_MAX, commands -> commands.execute(READ, keys, List.of(fresh())).next())
            .map(SharedPages::found).doOnNext(found -> silence.well())
            .onErrorResume(error -> {
                ill(error);
                return Mono.empty();
            });
    }

    /// Shares an answer without waiting for it.
    void share(String channel, String key, byte[] generation, Content content) {
        if (content.bytes.length > ANSWER_BYTES_MAX || !silence.mayAsk()) return;
        String address = address(channel, key) + new String(generation, StandardCharsets.US_ASCII);
        var unused = redis.ask(WAIT_MAX, commands -> commands.opsForValue().set(address, bytes(content), LIFE))
            .doOnNext(shared -> silence.well())
            .onErrorResume(error -> {
                ill(error);
                return Mono.just(false);
            }).toFuture();
    }

    /// A wish to move a channel on, and when Redis was asked to.
    private record Owed(long number, long atNanos) {}

    /// All answers of the channel are old from now on. Until Redis said so too, this node does not ask it about the
    /// channel: a call that timed out may never have been sent.
    void forget(String channel) {
        Owed mine = new Owed(wishes.incrementAndGet(), System.nanoTime());
        owed.put(channel, mine);
        if (!silence.mayAsk()) return;
        var unused = redis.ask(WAIT_MAX, commands -> commands.opsForValue().set(generation(channel), fresh()))
            .doOnNext(moved -> {
                silence.well();
                owed.replace(channel, mine, SETTLED);
            })
            .onErrorResume(error -> {
                ill(error);
                return Mono.just(false);
            }).toFuture();
    }

    private boolean isSettled(String channel) {
        Owed open = owed.get(channel);
        if (SETTLED.equals(open)) return true;
        if (open == null || System.nanoTime() - open.atNanos > ASK_AGAIN_NANOS) forget(channel);
        return false;
    }

    private void ill(Throwable error) {
        LOG.debug("the shared pages are away: {}", error.toString());
        silence.ill(error);
    }

    private static String generation(String channel) {
        return PREFIX + "generation:" + channel;
    }

    private static byte[] fresh() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong()).getBytes(StandardCharsets.US_ASCII);
    }

    private static String address(String channel, String key) {
        return PREFIX + "page:" + channel + ":" + key + ":";
    }

    private static Found found(List<byte[]> answer) {
        byte[] generation = answer.get(0);
        byte[] page = answer.get(1);
        if (page.length < 12) return new Found(generation, null);
        ByteBuffer buffer = ByteBuffer.wrap(page);
        int status = buffer.getInt();
        long version = buffer.getLong();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return new Found(generation, new Content(status, version < 0 ? null : (Long) version, bytes));
    }

    private static byte[] bytes(Content content) {
        return ByteBuffer.allocate(12 + content.bytes.length).putInt(content.status)
            .putLong(content.version == null ? -1 : content.version).put(content.bytes).array();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) private static RedisScript<List<byte[]>> script(String text) {
        return (RedisScript) RedisScript.of(text, List.class);
    }
}
