package io.millrace.channel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.context.SmartLifecycle;

/// Channels are asked for by every request and answered from memory, so they are read before the doors open. This is
/// the main thread while the shop starts, the one place where waiting for the database is right.
final class ChannelsKnown implements SmartLifecycle {
    private static final int WAIT_SECONDS = 20;

    private final Channels channels;
    private volatile boolean known;

    ChannelsKnown(Channels channels) {
        this.channels = channels;
    }

    @Override public void start() {
        CompletableFuture<?> reading = channels.reload().toFuture();
        reading.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
        known = true;
    }

    @Override public void stop() {
        known = false;
    }

    @Override public boolean isRunning() {
        return known;
    }

    /// Before the web server, which starts near the end.
    @Override public int getPhase() {
        return 0;
    }
}
