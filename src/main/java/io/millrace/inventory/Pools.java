package io.millrace.inventory;

import static io.millrace.inventory.Reservations.value;

import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// The cellar of what lies there: how variants draw on pools, and what is left.
final class Pools {
    private final Postgres postgres;

    Pools(Postgres postgres) {
        this.postgres = postgres;
    }

    /// How these variants draw and what is left for them, in one query; unknown variants are absent.
    Mono<Map<UUID, Availability.Draw>> draws(Collection<UUID> variants) {
        return postgres.query("""
            select d.variant_id, d.pool_id, coalesce(p.unit, 'piece') as unit, d.factor,
                   coalesce(p.on_hand - p.reserved, 0) as available
              from inventory.draws d left join inventory.pools p on p.id = d.pool_id
             where d.variant_id = any (:variants)
            """, Map.of("variants", variants.toArray(UUID[]::new)), Pools::draw)
            .collectMap(Availability.Draw::variant);
    }

    private static Availability.Draw draw(Readable row) {
        return new Availability.Draw(value(row, "variant_id", UUID.class), row.get("pool_id", UUID.class),
            value(row, "unit", String.class), value(row, "factor", Long.class),
            value(row, "available", Long.class));
    }
}
