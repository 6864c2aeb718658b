package io.millrace.jobs;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/// Tries all the time to hold one lease, for work that one node does as long as it lives.
///
/// [#isHeld] turns false by this node's own count of time even when the database cannot be asked. What the leader does
/// must be fenced besides: a node may stop (garbage collection, SIGSTOP) between asking and doing.
public final class Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    private final Leases leases;
    private final String name;
    private final Duration length;
    private final Runnable gained;
    private final Bell bell = new Bell();
    private volatile Leases.@Nullable Lease lease;
    private @Nullable Loop loop;

    public Leadership(Leases leases, String name, Duration length, Runnable gained) {
        this.leases = leases;
        this.name = name;
        this.length = length;
        this.gained = gained;
    }

    public void start() {
        loop = Loop.start("leadership of " + name, bell, () -> ask().thenReturn(length.dividedBy(3)));
    }

    public boolean isHeld() {
        Leases.Lease held = lease;
        return held != null && held.isHeld();
    }

    /// Asks the database now: renews what is held, or tries to take it.
    public Mono<Boolean> ask() {
        Leases.Lease held = lease;
        if (held == null) return leases.take(name, length, true).doOnNext(this::took).hasElement();
        return leases.renew(held).doOnNext(renewed -> lease = renewed).hasElement().doOnNext(still -> {
            if (still) return;
            lease = null;
            LOG.warn("another node took the leadership of {}", name);
        });
    }

    private void took(Leases.Lease taken) {
        lease = taken;
        LOG.info("this node leads {} (fence {})", name, taken.fence());
        gained.run();
    }

    /// Stops and lets another node lead at once.
    public Mono<Void> stop() {
        Loop running = loop;
        Mono<Void> stopped = running == null ? Mono.empty() : running.stop();
        return stopped.then(Mono.defer(() -> {
            Leases.Lease held = lease;
            lease = null;
            return held == null ? Mono.empty() : leases.release(held, Duration.ZERO);
        }));
    }
}
