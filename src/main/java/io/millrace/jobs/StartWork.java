package io.millrace.jobs;

import io.millrace.postgres.Away;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/// Does all [AtStart] work on the starting thread, one after the other. A server that is slow or away for a moment is
/// waited out (a machine that starts everything at once is slower than any timeout of one connection); any other
/// failure stops the start.
final class StartWork implements SmartInitializingSingleton {
    static final Duration WAIT_MAX = Duration.ofMinutes(5);
    private static final Duration AGAIN_FIRST = Duration.ofMillis(200);
    private static final Duration AGAIN_MAX = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(StartWork.class);

    private final ObjectProvider<AtStart> works;

    StartWork(ObjectProvider<AtStart> works) {
        this.works = works;
    }

    @Override public void afterSingletonsInstantiated() {
        Flux.fromStream(works.orderedStream()).concatMap(start -> done(start, WAIT_MAX)).then().toFuture().join();
    }

    static Mono<Void> done(AtStart start, Duration waitMax) {
        return Mono.defer(start.work())
            .retryWhen(Retry.backoff(Long.MAX_VALUE, AGAIN_FIRST).maxBackoff(AGAIN_MAX).filter(Away::is)
                .doBeforeRetry(again -> LOG.warn("start work '{}' waits for a server: {}", start.name(),
                    again.failure().toString())))
            .timeout(waitMax)
            .onErrorMap(error -> new IllegalStateException("could not do at start: " + start.name(), error));
    }
}
