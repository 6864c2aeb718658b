package io.millrace.jobs;

import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Does all [AtStart] work on the starting thread, one after the other; a failure stops the start.
final class StartWork implements SmartInitializingSingleton {
    static final Duration WAIT_MAX = Duration.ofMinutes(5);

    private final ObjectProvider<AtStart> works;

    StartWork(ObjectProvider<AtStart> works) {
        this.works = works;
    }

    @Override public void afterSingletonsInstantiated() {
        Flux.fromStream(works.orderedStream()).concatMap(StartWork::done).then().toFuture().join();
    }

    private static Mono<Void> done(AtStart start) {
        return Mono.defer(start.work()).timeout(WAIT_MAX)
            .onErrorMap(error -> new IllegalStateException("could not do at start: " + start.name(), error));
    }
}
