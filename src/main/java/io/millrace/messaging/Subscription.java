package io.millrace.messaging;

import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/// A wish to hear a module's facts after they are committed; declared as a bean.
///
/// `of`: the consumer hears every fact at least once, on one node, in order per aggregate; an inbox row in the same
/// transaction makes a redelivery a no-op; failures are tried again with backoff, then parked as dead letters.
/// `everyNode`: every node hears everything from now on, without an inbox: for caches and live streams.
public record Subscription<F extends Fact>(String consumer, Class<F> page, Reach reach,
    Function<List<F>, Mono<Void>> handler) {

    /// Who hears a fact: one node of the shop, or each.
    public enum Reach { ONE_NODE, EVERY_NODE }

    public static <F extends Fact> Subscription<F> of(String consumer, Class<F> page,
        Function<F, Mono<Void>> handler) {
        return new Subscription<>(consumer, page, Reach.ONE_NODE,
            facts -> reactor.core.publisher.Flux.fromIterable(facts).concatMap(handler).then());
    }

    /// Facts arrive in batches, in the order of their aggregates' versions.
    public static <F extends Fact> Subscription<F> everyNode(String consumer, Class<F> page,
        Function<List<F>, Mono<Void>> handler) {
        return new Subscription<>(consumer, page, Reach.EVERY_NODE, handler);
    }
}
