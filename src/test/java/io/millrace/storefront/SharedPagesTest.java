package io.millrace.storefront;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.http.Redis;
import io.millrace.storefront.SharedPages.Content;
import io.millrace.storefront.SharedPages.Found;
import io.millrace.testing.Again;
import io.millrace.testing.Eventually;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What two nodes share through Redis, and what neither ever finds again.
class SharedPagesTest {
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Content OLD = new Content(200, 1L, new byte[]{1});
    private static final Content NEW = new Content(200, 2L, new byte[]{2});

    private final Redis redis = Shop.shared().bean(Redis.class);
    private final SharedPages here = new SharedPages(redis);
    private final SharedPages there = new SharedPages(redis);
    private final String channel = "test-" + UUID.randomUUID();

    @Again void what_one_node_made_the_other_finds_until_either_hears_of_a_change() {
        byte[] generation = found(here).generation();
        found(there);
        here.share(channel, "page", found(here).generation(), OLD);
        Eventually.holds("the other finds it", () -> content(there) != null);
        there.forget(channel);
        Eventually.holds("neither finds it", () -> content(here) == null && content(there) == null);
        assertThat(found(here).generation()).isNotEqualTo(generation);
    }

    /// Guard: generations are random. Were they counted, Redis would begin anew after a flush, and an answer that was
    /// on its way to the old first generation would be found in the new first one.
    @Again void an_answer_on_its_way_to_a_generation_from_before_a_flush_is_never_found() {
        byte[] before = found(here).generation();
        redis.ask(WAIT, commands -> commands.delete("millrace:storefront:generation:" + channel)).block(WAIT);
        byte[] after = found(there).generation();
        here.share(channel, "page", before, OLD);
        here.share(channel, "witness", after, NEW);
        Eventually.holds("Redis took both", () -> find(there, "witness").content() != null);
        assertThat(content(there)).isNull();
        assertThat(content(here)).isNull();
    }

    private Found found(SharedPages node) {
        return find(node, "page");
    }

    private @Nullable Content content(SharedPages node) {
        return found(node).content();
    }

    /// Redis may be slow for a moment on a busy machine; then it is asked again.
    private Found find(SharedPages node, String key) {
        AtomicReference<@Nullable Found> found = new AtomicReference<>();
        Eventually.holds("Redis answers", () -> {
            found.set(node.find(channel, key).block(WAIT));
            return found.get() != null;
        });
        return java.util.Objects.requireNonNull(found.get());
    }
}
