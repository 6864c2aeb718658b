package io.millrace.postgres;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/// How connections to PostgreSQL are made. They live on the loops that serve HTTP: an answer of the database is then
/// mostly heard by the thread that sends ours, and two cores do not wake four threads in turn.
///
/// The kernel is told about each what it would not assume: a server whose machine is gone neither answers nor refuses,
/// and a connection to it would stay in the pool, with the work that waits for it, for a quarter of an hour or longer.
/// Where the kernel does not know these options they are skipped.
public final class Wires implements LoopResources {
    /// PostgreSQL itself ends what takes longer, also where nobody waits for the answer any more.
    public static final Duration STATEMENT_MAX = Duration.ofSeconds(30);
    /// Whoever says nothing inside a transaction holds locks that others need.
    private static final Duration SILENT_IN_TRANSACTION_MAX = Duration.ofSeconds(30);
    /// Our statements read by key or walk an index, so a plan does not depend on the values: planning took longer than
    /// running (a basket's look-up 416 us of 537, a list page half).
    private static final String GENERIC_PLANS = "force_generic_plan";
    /// Bytes that nobody acknowledges break the connection after this.
    private static final int UNACKNOWLEDGED_MAX_MS = 20_000;
    /// A connection that is quiet this long is asked whether it is still there ...
    private static final int QUIET_SECONDS = 10;
    /// ... again after each of these ...
    private static final int ASK_AGAIN_SECONDS = 5;
    /// ... and broken when so many questions stayed unanswered.
    private static final int QUESTIONS_MAX = 2;
    /// By name: Netty's native transport is there at run time only, and only on Linux.
    private static final String EPOLL = "io.netty.channel.epoll.EpollChannelOption#";
    private static final Map<ChannelOption<Integer>, Integer> KERNEL = Map.of(
        ChannelOption.valueOf(EPOLL + "TCP_USER_TIMEOUT"), UNACKNOWLEDGED_MAX_MS,
        ChannelOption.valueOf(EPOLL + "TCP_KEEPIDLE"), QUIET_SECONDS,
        ChannelOption.valueOf(EPOLL + "TCP_KEEPINTVL"), ASK_AGAIN_SECONDS,
        ChannelOption.valueOf(EPOLL + "TCP_KEEPCNT"), QUESTIONS_MAX);

    private Wires() {}

    /// The options of a connection to where the settings point, with these settings of PostgreSQL's besides.
    public static ConnectionFactoryOptions to(ConnectionFactoryOptions given, Map<String, String> session) {
        Map<String, String> server = new HashMap<>(Map.of("plan_cache_mode", GENERIC_PLANS,
            "statement_timeout", Long.toString(STATEMENT_MAX.toMillis()),
            "idle_in_transaction_session_timeout", Long.toString(SILENT_IN_TRANSACTION_MAX.toMillis())));
        server.putAll(session);
        ConnectionFactoryOptions.Builder options = ConnectionFactoryOptions.builder().from(given)
            .option(PostgresqlConnectionFactoryProvider.LOOP_RESOURCES, new Wires())
            .option(PostgresqlConnectionFactoryProvider.TCP_KEEPALIVE, true)
            .option(PostgresqlConnectionFactoryProvider.OPTIONS, server);
        if ("pool".equals(given.getValue(ConnectionFactoryOptions.DRIVER)))
            options.option(ConnectionFactoryOptions.DRIVER, "postgresql");
        return options.build();
    }

    @Override public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        C channel = HttpResources.get().onChannel(type, group);
        KERNEL.forEach((option, value) -> channel.config().setOption(option, value));
        return channel;
    }

    @Override public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        return HttpResources.get().onChannelClass(type, group);
    }

    @Override public EventLoopGroup onClient(boolean useNative) {
        return HttpResources.get().onClient(useNative);
    }

    @Override public EventLoopGroup onServer(boolean useNative) {
        return HttpResources.get().onServer(useNative);
    }
}
