package io.millrace.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Sweeps: work that comes round again and again, done by one node at a time and never overlapping itself.
///
/// The rhythm is real time, whatever the shop's clock says; the work itself takes "now" from the clock, so a test jumps
/// the clock and then calls [#run]. A failed run is logged, counted (`millrace.jobs.runs`, outcome `failed`) and tried
/// at its next turn. A sweep must bear being done twice: a node may lose its lease without noticing.
public final class Jobs implements SmartLifecycle {
    /// After the web server has stopped, before the database pool closes.
    public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4_096;
    /// How long shutting down waits for the running round.
    public static final Duration STOP_MAX = Duration.ofMillis(2_500);
    /// A node that died while sweeping is replaced after this.
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration FIRST_MAX = Duration.ofSeconds(5);
    private static final Duration ASK_AGAIN = Duration.ofMillis(20);
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    private final Leases leases;
    private final MeterRegistry meters;
    private final Map<String, Job> jobs = new ConcurrentHashMap<>();
    private final Map<String, Loop> loops = new ConcurrentHashMap<>();
    private volatile boolean running;

    Jobs(Leases leases, MeterRegistry meters) {
        this.leases = leases;
        this.meters = meters;
    }

    private record Job(String name, Duration every, Supplier<? extends Mono<?>> work, Bell bell, AtomicBoolean woken) {}

    /// Has the work done about once per interval by whichever node comes first. The name is stable: `inventory.lapse`.
    public void every(String name, Duration interval, Supplier<? extends Mono<?>> work) {
        Job job = new Job(name, interval, work, new Bell(), new AtomicBoolean());
        if (jobs.putIfAbsent(name, job) != null) throw new IllegalStateException("two jobs are called " + name);
        if (running) begin(job);
    }

    /// Has it done now, on this node, without waiting for it.
    public void wake(String name) {
        Job job = job(name);
        job.woken().set(true);
        job.bell().ring();
    }

    /// Does it now, on this node, after the run that may be going on elsewhere; fails when the work fails.
    public Mono<Void> run(String name) {
        Job job = job(name);
        return Mono.defer(() -> leases.take(leaseName(job), LEASE, true))
            .repeatWhenEmpty(again -> again.delayElements(ASK_AGAIN))
            .flatMap(lease -> doIt(job, lease));
    }

    private Job job(String name) {
        Job job = jobs.get(name);
        if (job == null) throw new IllegalArgumentException("no job is called " + name);
        return job;
    }

    private void begin(Job job) {
        AtomicBoolean first = new AtomicBoolean(true);
        loops.put(job.name(), Loop.start("job " + job.name(), job.bell(), () -> first.getAndSet(false)
            ? Mono.just(first(job)) : turn(job).thenReturn(job.every())));
    }

    /// Soon after a start, because something may have been left undone by a crash.
    private static Duration first(Job job) {
        return job.every().compareTo(FIRST_MAX) < 0 ? job.every() : FIRST_MAX;
    }

    private Mono<Void> turn(Job job) {
        boolean woken = job.woken().getAndSet(false);
        return leases.take(leaseName(job), LEASE, woken)
            .flatMap(lease -> doIt(job, lease).onErrorResume(error -> {
                LOG.error("job {} failed", job.name(), error);
                return Mono.empty();
            }));
    }

    private Mono<Void> doIt(Job job, Leases.Lease lease) {
        AtomicBoolean done = new AtomicBoolean();
        keep(lease, done);
        return Mono.<Void>defer(() -> job.work().get().then())
            .doOnSuccess(nothing -> count(job, "done"))
            .doOnError(error -> count(job, "failed"))
            .onErrorResume(error -> over(job, lease, done).then(Mono.error(error)))
            .then(Mono.defer(() -> over(job, lease, done)));
    }

    /// Others rest nearly as long as the interval: the work is done once per interval, not once per node.
    private Mono<Void> over(Job job, Leases.Lease lease, AtomicBoolean done) {
        if (done.getAndSet(true)) return Mono.empty();
        return leases.release(lease, job.every().multipliedBy(4).dividedBy(5)).onErrorResume(error -> {
            LOG.warn("job {} could not give its lease back: {}", job.name(), error.toString());
            return Mono.empty();
        });
    }

    /// Renews while the work runs; ends by itself, because cancelling could hit a statement half way.
    private void keep(Leases.Lease lease, AtomicBoolean done) {
        Flux.interval(LEASE.dividedBy(3)).onBackpressureDrop().takeWhile(tick -> !done.get())
            .concatMap(tick -> leases.renew(lease).onErrorResume(error -> Mono.empty()))
            .subscribe();
    }

    private static String leaseName(Job job) {
        return "job:" + job.name();
    }

    private void count(Job job, String outcome) {
        meters.counter("millrace.jobs.runs", "job", job.name(), "outcome", outcome).increment();
    }

    @Override public void start() {
        running = true;
        jobs.values().forEach(this::begin);
    }

    @Override public void stop() {
        stop(() -> {});
    }

    @Override public void stop(Runnable stopped) {
        running = false;
        List<Mono<Void>> ends = loops.values().stream().map(Loop::stop).toList();
        loops.clear();
        Mono.when(ends).timeout(STOP_MAX, Mono.empty()).doFinally(signal -> stopped.run()).subscribe();
    }

    @Override public boolean isRunning() {
        return running;
    }

    @Override public int getPhase() {
        return PHASE;
    }
}
