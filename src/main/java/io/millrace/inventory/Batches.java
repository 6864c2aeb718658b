package io.millrace.inventory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/// Holds a lane's baskets in one round trip; those who got nothing are told what is missing by one more, for all.
record Batches(Reservations reservations, Pools pools, InstantSource clock, Duration hold) implements Lane.Batch {
    private static final int HELD = 1;

    @Override public Mono<List<HotPools.Answer>> hold(List<Lane.Basket> baskets) {
        Instant at = clock.instant();
        return reservations.holdBatch(baskets, at.plus(hold), at).flatMap(outcomes -> answers(baskets, outcomes));
    }

    private Mono<List<HotPools.Answer>> answers(List<Lane.Basket> baskets, Integer[] outcomes) {
        List<UUID> refused = IntStream.range(0, outcomes.length).filter(i -> outcomes[i] != HELD).boxed()
            .flatMap(i -> baskets.get(i).lines().stream()).map(Line::variant).distinct().toList();
        if (refused.isEmpty()) return Mono.just(answers(baskets, outcomes, Map.of()));
        return pools.draws(refused).map(draws -> answers(baskets, outcomes, draws));
    }

    private static List<HotPools.Answer> answers(List<Lane.Basket> baskets, Integer[] outcomes,
        Map<UUID, Availability.Draw> draws) {
        List<HotPools.Answer> answers = new ArrayList<>(outcomes.length);
        for (int i = 0; i < outcomes.length; i++)
            answers.add(outcomes[i] == HELD ? new HotPools.Answer.Kept()
                : new HotPools.Answer.Refused(refusal(baskets.get(i).lines(), draws)));
        return answers;
    }

    static Holding refusal(List<Line> lines, Map<UUID, Availability.Draw> draws) {
        List<UUID> unknown = lines.stream().map(Line::variant).filter(variant -> !draws.containsKey(variant)).toList();
        return unknown.isEmpty() ? new Holding.Short(Availability.of(lines, draws).shortages(draws))
            : new Holding.Unknown(unknown);
    }
}
