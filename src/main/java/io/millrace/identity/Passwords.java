package io.millrace.identity;

import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.text.Normalizer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Hashes passwords with Argon2id (OWASP: 19 MiB, 2 passes, 1 lane) on two threads of their own with a short queue: a
/// storm of sign-ins fills the queue and is told to come back, it never takes the event loops nor the memory, and of
/// processors that others want only a share ([Pace]).
final class Passwords implements AutoCloseable {
    static final int CHARS_MAX = PasswordRules.CHARS_MAX;
    private static final int THREADS = 2;
    /// At some 30 ms a hash and two threads: about a second of waiting; fifty of one family may sign in at once.
    static final int QUEUE_MAX = 64;
    private static final int RETRY_AFTER_SECONDS = 2;
    private static final long IDLE_SECONDS = 60;
    /// More than strangers may be in a flood, even if some come at once.
    private static final int HURRY = 3 * Familiar.STRANGERS_MAX;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private final Argon2 argon2 = new Argon2();
    private final ThreadPoolExecutor threads;
    private final Scheduler scheduler;
    private final AtomicLong hashed = new AtomicLong();
    private final Pace pace = new Pace(System.nanoTime());
    private final ThreadLocal<Long> rest = ThreadLocal.withInitial(() -> 0L);
    /// Checked when the account is unknown, so that the answer takes as long: nobody's, of today's parameters.
    private static final String DUMMY = Argon2.nobodys();

    Passwords() {
        threads = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX), Thread.ofPlatform().name("passwords-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
        scheduler = Schedulers.fromExecutorService(threads, "passwords");
    }

    Mono<String> hash(String password) {
        return queued(() -> argon2.encode(normal(password)));
    }

    /// Whether the password is the hash's; without a hash the same work is done for nothing.
    Mono<Boolean> matches(String password, @Nullable String hash) {
        return queued(() -> argon2.matches(normal(password), hash == null ? DUMMY : hash))
            .map(right -> right && hash != null);
    }

    /// Whether a hash was made with weaker parameters than today's.
    boolean isOutdated(String hash) {
        return argon2.isOutdated(hash);
    }

    /// NFKC (NIST SP 800-63B 5.1.1.2): the same characters typed on another keyboard are the same password.
    static String normal(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    /// How much hashing was done, for tests that hold calls against each other.
    long hashed() {
        return hashed.get();
    }

    private <T> Mono<T> queued(Callable<T> work) {
        return Mono.fromCallable(() -> paced(work)).doFirst(hashed::incrementAndGet).subscribeOn(scheduler)
            .onErrorMap(RejectedExecutionException.class, full -> busy());
    }

    /// The rest that a hash calls for comes before the next one, so that its own answer need not wait for it. When more
    /// wait than strangers could be, nobody rests.
    private <T> T paced(Callable<T> work) throws Exception {
        if (pace.isFlood(System.nanoTime()) && threads.getQueue().size() < HURRY) LockSupport.parkNanos(rest.get());
        long start = System.nanoTime();
        long cpu = CPU.getCurrentThreadCpuTime();
        T done = work.call();
        long now = System.nanoTime();
        rest.set(pace.rest(now, now - start, CPU.getCurrentThreadCpuTime() - cpu));
        if (threads.getQueue().isEmpty()) pace.calm(now);
        return done;
    }

    private static ProblemException busy() {
        return new ProblemException(
            Problem.unavailable("busy", "Too many sign-ins at once; try again", RETRY_AFTER_SECONDS));
    }

    /// Fails at once when the queue is full or, in a flood, so many wait in it: before anything else is done for who
    /// would have to be sent away.
    Mono<Void> room(int waitingMax) {
        return Mono.defer(() -> {
            long now = System.nanoTime();
            int waiting = threads.getQueue().size();
            if (waiting == 0) pace.calm(now);
            if (waiting >= QUEUE_MAX) pace.full(now);
            else if (pace.isFlood(now) && waiting >= waitingMax) pace.refused(now);
            else return Mono.empty();
            return Mono.error(busy());
        });
    }

    @Override public void close() {
        scheduler.dispose();
        threads.shutdownNow();
    }
}
