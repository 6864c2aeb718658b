package io.millrace.ordering;

import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Fact;
import io.millrace.messaging.InTransaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Hears what happens to the money and the goods of orders, in the transaction in which it happens, so that the three
/// never disagree. `word` puts a neighbour's fact into ours; null for what is nobody's business here.
record OrderInbox<F extends Fact>(Class<F> page, Moves moves, Function<F, @Nullable Heard> word)
    implements
        InTransaction<F> {

    /// A neighbour's fact in our words, and the reference it is about.
    record Heard(String ref, OrderFact fact) {}

    @Override public Mono<Change> hear(List<F> facts, Change change) {
        Map<UUID, List<OrderFact>> mine = new LinkedHashMap<>();
        for (F fact : facts) {
            Heard heard = word.apply(fact);
            if (heard == null) continue;
            order(heard.ref()).ifPresent(id -> mine.computeIfAbsent(id, none -> new ArrayList<>()).add(heard.fact()));
        }
        return Flux.fromIterable(mine.entrySet())
            .reduce(Mono.just(change),
                (sofar, entry) -> sofar.flatMap(now -> moves.hear(entry.getKey(), entry.getValue(), now)))
            .flatMap(all -> all);
    }

    /// References of other schemes are other processes' business.
    private static Optional<UUID> order(String ref) {
        return ref.startsWith(Order.SCHEME) ? Ids.read(ref.substring(Order.SCHEME.length())) : Optional.empty();
    }
}
