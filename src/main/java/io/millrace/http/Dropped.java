package io.millrace.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.postgres.Away;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Hooks;
import reactor.netty.channel.AbortedException;

/// Errors that came when nobody waited for them any more: a client that hung up while its answer failed, the second
/// failure of work whose first one was answered. Reactor would throw each into the log with its whole stack; here each
/// is counted (`millrace.errors.dropped`) and told in one line, quietly when a broken connection explains it.
final class Dropped {
    private static final Logger LOG = LoggerFactory.getLogger(Dropped.class);
    /// Reactor has one hook for the whole JVM, so there is one count.
    private static final LongAdder COUNT = new LongAdder();

    static {
        Hooks.onErrorDropped(Dropped::take);
    }

    Dropped(MeterRegistry meters) {
        FunctionCounter.builder("millrace.errors.dropped", COUNT, LongAdder::doubleValue)
            .description("Errors that came when nobody waited any more").register(meters);
    }

    static void take(Throwable error) {
        COUNT.increment();
        String line = Texts.oneLine(error.toString());
        if (isExplained(error)) LOG.debug("an error came when nobody waited any more: {}", line);
        else LOG.warn("an error came when nobody waited any more: {}", line, LOG.isDebugEnabled() ? error : null);
    }

    static boolean isExplained(Throwable error) {
        return error instanceof AbortedException || error instanceof CancellationException || Away.is(error);
    }
}
