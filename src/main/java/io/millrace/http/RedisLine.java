package io.millrace.http;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;

/// What the connection to Redis bears: while it is broken commands are refused at once instead of waiting in line,
/// the line is short, it is repaired soon, and a machine that is gone is noticed.
final class RedisLine implements LettuceClientOptionsBuilderCustomizer, ClientResourcesBuilderCustomizer {
    private static final int COMMANDS_WAITING_MAX = 10_000;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
    private static final Duration UNACKNOWLEDGED_MAX = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);
    private static final int QUESTIONS_MAX = 2;
    private static final long REPAIR_FIRST_MS = 50;
    private static final long REPAIR_MAX_MS = 2_000;

    @Override public void customize(ClientOptions.Builder options) {
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(COMMANDS_WAITING_MAX)
            .socketOptions(SocketOptions.builder().connectTimeout(CONNECT_MAX)
                .keepAlive(SocketOptions.KeepAliveOptions.builder().enable().idle(QUIET).interval(ASK_AGAIN)
                    .count(QUESTIONS_MAX).build())
                .tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder().enable()
                    .tcpUserTimeout(UNACKNOWLEDGED_MAX).build())
                .build());
    }

    @Override public void customize(ClientResources.Builder resources) {
        resources.reconnectDelay(Delay.exponential(REPAIR_FIRST_MS, REPAIR_MAX_MS, TimeUnit.MILLISECONDS, 2));
    }
}
