package io.millrace.inventory;

import static io.millrace.inventory.Reservations.value;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The cellar of what lies there: how variants draw on pools, what is left, and what people put in and take out.
final class Pools {
    /// What is reserved must stay.
    static final String BELOW_RESERVED = "below_reserved";

    private static final String DRAWS = """
        select d.variant_id, d.pool_id, coalesce(p.unit, 'piece') as unit, d.factor,
               coalesce(p.on_hand - p.reserved, 0) as available, coalesce(p.low_stock_at, 0) as low_stock_at,
               coalesce(p.facts, 0) as facts
          from inventory.draws d left join inventory.pools p on p.id = d.pool_id
        """;

    private static final String ADJUST = """
        adjust_locked as materialized (
            select id, on_hand, reserved, version, %s as wanted
              from inventory.pools where id = :adjust_pool for no key update),
        adjust_set as (
            update inventory.pools p
               set on_hand = l.wanted, changed_at = :adjust_at, low_stock_at = coalesce(:adjust_low, p.low_stock_at),
                   version = p.version + case when l.wanted <> l.on_hand then 1 else 0 end
              from adjust_locked l where p.id = l.id and l.wanted >= l.reserved
            returning p.id, l.on_hand as before, p.on_hand, p.version),
        adjust_moved as (
            insert into inventory.movements (pool_id, seq, delta, balance, reason, by, at)
            select id, version, on_hand - before, on_hand, :adjust_reason, :adjust_by, :adjust_at
              from adjust_set where on_hand <> before)""";
    private static final String ADD = ADJUST.formatted("on_hand + :adjust_number");
    private static final String COUNT = ADJUST.formatted(":adjust_number::bigint");

    private final Postgres postgres;

    Pools(Postgres postgres) {
        this.postgres = postgres;
    }

    /// A pool as the stockroom sees it; `version` counts its movements.
    record Pool(UUID id, String unit, long onHand, long reserved, long lowStockAt, long version, List<Draw> draws) {
        long available() {
            return onHand - reserved;
        }
    }

    record Draw(UUID variantId, long factor) {}

    /// One step of a pool's journal.
    record Movement(long seq, long delta, long balance, String reason, String ref, String by, Instant at) {}

    /// Why somebody moves stock by hand, who, when; and the low-stock mark, when he sets it as well.
    record Note(String reason, String by, Instant at, @Nullable Long lowStockAt) {}

    /// A variant of a product with what the public may know of its pool. `facts` counts the pool's crossings.
    record Shelf(Availability.Draw draw, long lowStockAt, long facts) {}

    /// How these variants draw and what is left for them, in one query; unknown variants are absent.
    Mono<Map<UUID, Availability.Draw>> draws(Collection<UUID> variants) {
        return postgres.query(DRAWS + " where d.variant_id = any (:variants) and d.sold",
            Map.of("variants", variants.toArray(UUID[]::new)), Pools::draw)
            .collectMap(Availability.Draw::variant);
    }

    /// The shelf of a product; empty when nobody sells it.
    Mono<List<Shelf>> shelf(UUID product) {
        return postgres.query(DRAWS + " where d.product_id = :product and d.sold order by d.variant_id",
            Map.of("product", product), row -> new Shelf(draw(row), value(row, "low_stock_at", Long.class),
                value(row, "facts", Long.class)))
            .collectList();
    }

    /// Pools of a product with who draws on them, in the order of their ids.
    Mono<List<Pool>> ofProduct(UUID product) {
        return postgres.query("""
            select p.id, p.unit, p.on_hand, p.reserved, p.low_stock_at, p.version,
                   array_agg(d.variant_id order by d.variant_id) filter (where d.sold) as variants,
                   array_agg(d.factor order by d.variant_id) filter (where d.sold) as factors
              from inventory.pools p left join inventory.draws d on d.pool_id = p.id
             where p.product_id = :product group by p.id order by p.id
            """, Map.of("product", product), Pools::pool).collectList();
    }

    /// The journal of a product's pool before a step, the latest first.
    Flux<Movement> movements(UUID pool, long before, int limit) {
        return postgres.query("""
            select seq, delta, balance, reason, ref, by, at from inventory.movements
             where pool_id = :pool and seq < :before order by seq desc limit :limit
            """, Map.of("pool", pool, "before", before, "limit", limit), Pools::movement);
    }

    /// So much more or less lies there. Checks: `below_reserved`; `stale`, if it must not have moved since it was read.
    static Piece add(Pool pool, long delta, boolean unmoved, Note note) {
        Piece piece = adjusted(Piece.of(ADD), pool.id(), delta, note);
        return (unmoved ? unmoved(piece, pool) : piece).check("exists (select from adjust_set)", BELOW_RESERVED);
    }

    /// So much lies there, provided that nothing moved since it was read. Checks: `stale`, `below_reserved`.
    static Piece count(Pool pool, long onHand, Note note) {
        return unmoved(adjusted(Piece.of(COUNT), pool.id(), onHand, note), pool)
            .check("exists (select from adjust_set)", BELOW_RESERVED);
    }

    private static Piece unmoved(Piece piece, Pool pool) {
        return piece.bind("adjust_version", pool.version())
            .check("(select version from adjust_locked) = :adjust_version", Refused.STALE);
    }

    private static Piece adjusted(Piece piece, UUID pool, long number, Note note) {
        return piece.bind("adjust_pool", pool).bind("adjust_number", number).bind("adjust_at", note.at())
            .bind("adjust_low", note.lowStockAt(), Long.class).bind("adjust_reason", note.reason())
            .bind("adjust_by", note.by());
    }

    private static Availability.Draw draw(Readable row) {
        return new Availability.Draw(value(row, "variant_id", UUID.class), row.get("pool_id", UUID.class),
            value(row, "unit", String.class), value(row, "factor", Long.class),
            value(row, "available", Long.class));
    }

    private static Pool pool(Readable row) {
        UUID[] variants = row.get("variants", UUID[].class);
        Long[] factors = row.get("factors", Long[].class);
        List<Draw> draws = new ArrayList<>();
        for (int i = 0; variants != null && factors != null && i < variants.length; i++)
            draws.add(new Draw(variants[i], factors[i]));
        return new Pool(value(row, "id", UUID.class), value(row, "unit", String.class),
            value(row, "on_hand", Long.class), value(row, "reserved", Long.class),
            value(row, "low_stock_at", Long.class), value(row, "version", Long.class), draws);
    }

    private static Movement movement(Readable row) {
        return new Movement(value(row, "seq", Long.class), value(row, "delta", Long.class),
            value(row, "balance", Long.class), value(row, "reason", String.class), value(row, "ref", String.class),
            value(row, "by", String.class), value(row, "at", Instant.class));
    }
}
