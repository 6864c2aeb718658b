package io.millrace.messaging;

import io.millrace.jobs.Bell;
import io.millrace.jobs.Loop;
import io.millrace.postgres.Postgres;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlResult;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// Tells the relay on another node that facts were committed here: LISTEN on a connection of its own, NOTIFY by itself
/// after the commit. Never inside the commit: PostgreSQL lets only one transaction with a NOTIFY commit at a time, and
/// orders would queue. Lost notices cost no more than the relay's poll.
final class Notices {
    private static final String CHANNEL = "millrace_outbox";
    /// Notices closer together than this are one.
    private static final Duration GAP = Duration.ofMillis(5);
    private static final Duration IDLE = Duration.ofHours(1);
    private static final Duration RECONNECT_FIRST = Duration.ofMillis(200);
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    private final Postgres postgres;
    private final ConnectionFactory connections;
    private final Runnable heard;
    private final Bell bell = new Bell();
    private @Nullable Loop sending;
    private @Nullable Disposable listening;

    Notices(Postgres postgres, ConnectionFactory connections, Runnable heard) {
        this.postgres = postgres;
        this.connections = connections;
        this.heard = heard;
    }

    /// Sends a notice soon; many at once become one.
    void send() {
        bell.ring();
    }

    void start() {
        sending = Loop.start("notices", bell, () -> notice().then(Mono.delay(GAP)).thenReturn(IDLE));
        listening = listen().retryWhen(Retry.backoff(Long.MAX_VALUE, RECONNECT_FIRST).maxBackoff(RECONNECT_MAX)
            .transientErrors(true)
            .doBeforeRetry(retry -> LOG.debug("listening again after {}", retry.failure().toString())))
            .subscribe();
    }

    Mono<Void> stop() {
        if (listening != null) listening.dispose();
        return sending == null ? Mono.empty() : sending.stop();
    }

    private Mono<Void> notice() {
        return postgres.query("select pg_notify(:channel, '')", Map.of("channel", CHANNEL), row -> true).then();
    }

    private Flux<Void> listen() {
        return Flux.usingWhen(Mono.<io.r2dbc.spi.Connection>from(unpooled(connections).create()), connection -> {
            PostgresqlConnection own = (PostgresqlConnection) connection;
            // heard before LISTEN is answered, so that no notice falls between
            Flux<Void> notices = own.getNotifications().doOnNext(notice -> heard.run()).thenMany(Flux.empty());
            Flux<Void> listen = own.createStatement("listen " + CHANNEL).execute()
                .concatMap(PostgresqlResult::getRowsUpdated).thenMany(Flux.empty());
            return Flux.merge(notices, listen)
                .concatWith(Mono.error(() -> new IllegalStateException("the connection was closed")));
        }, connection -> Mono.from(connection.close()));
    }

    /// A listener keeps its connection for ever; the pool's are for work.
    private static ConnectionFactory unpooled(ConnectionFactory connections) {
        return connections instanceof Wrapped<?> wrapped && wrapped.unwrap() instanceof ConnectionFactory inner
            ? unpooled(inner) : connections;
    }
}
