package io.millrace.vault;

import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// What one room keeps about a person: a bean of every room that does, so that an export is complete and an erasure
/// leaves nothing. Whoever is asked knows the account only by its id.
public interface PersonalRecords {
    /// The name of its file in the export: `orders`, `addresses`. Unique in the house.
    String section();

    /// Everything of the person, piece by piece, as records that become JSON; read in portions, never all at once.
    Flux<?> of(UUID account);

    /// Removes it, or what names the person in what must stay (orders and the book). Runs in the transaction of the
    /// whole erasure and before the person's key is taken away: plain SQL only, no calls out.
    Mono<Void> erase(UUID account);
}
