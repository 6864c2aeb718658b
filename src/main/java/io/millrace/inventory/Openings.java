package io.millrace.inventory;

import io.millrace.postgres.Piece;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/// Makes pools and draws for any number of products in one piece; what is already so is not written again.
final class Openings {
    private static final UUID NONE = new UUID(0, 0);

    private static final String OPEN = """
        open_wishes as materialized (
            select * from unnest(:open_pools::uuid[], :open_keys::text[], :open_products::uuid[],
                                 :open_channels::text[], :open_units::text[], :open_steps::bigint[],
                                 :open_on_hand::bigint[])
                       as w(id, key, product_id, channel, unit, step, on_hand)),
        open_new as (
            insert into inventory.pools (id, key, product_id, channel, unit, on_hand, step, version, facts, changed_at)
            select id, key, product_id, channel, unit, greatest(on_hand, 0), step,
                   case when on_hand > 0 then 1 else 0 end, case when on_hand >= step then 1 else 0 end, :open_at
              from open_wishes order by id
            on conflict (id) do nothing
            returning id, on_hand),
        open_locked as materialized (
            select p.id, w.step, case when w.on_hand < 0 then p.on_hand else greatest(w.on_hand, p.reserved) end
                     as on_hand
              from inventory.pools p join open_wishes w on w.id = p.id
             where p.step <> w.step or w.on_hand >= 0 and p.on_hand <> w.on_hand
             order by p.id for no key update of p),
        open_set as (
            update inventory.pools p
               set on_hand = l.on_hand, step = l.step, changed_at = :open_at,
                   version = p.version + case when p.on_hand <> l.on_hand then 1 else 0 end
              from open_locked l where p.id = l.id
            returning p.id, old.on_hand as before, p.on_hand, p.version),
        open_moved as (
            insert into inventory.movements (pool_id, seq, delta, balance, reason, by, at)
            select id, 1, on_hand, on_hand, 'opening', 'catalog', :open_at from open_new where on_hand > 0
             union all
            select id, version, on_hand - before, on_hand, 'count', 'catalog', :open_at
              from open_set where on_hand <> before),
        open_draws as (
            insert into inventory.draws as d (variant_id, product_id, pool_id, factor, sold)
            select variant_id, product_id, nullif(pool_id, '00000000-0000-0000-0000-000000000000'), factor, sold
              from unnest(:draw_variants::uuid[], :draw_products::uuid[], :draw_pools::uuid[], :draw_factors::bigint[],
                          :draw_sold::boolean[]) as w(variant_id, product_id, pool_id, factor, sold)
             order by variant_id
            on conflict (variant_id) do update
               set product_id = excluded.product_id, pool_id = coalesce(excluded.pool_id, d.pool_id),
                   factor = excluded.factor, sold = excluded.sold
             where (d.product_id, d.pool_id, d.factor, d.sold) is distinct from
                   (excluded.product_id, coalesce(excluded.pool_id, d.pool_id), excluded.factor, excluded.sold)),
        open_dropped as (
            update inventory.draws set sold = false
             where product_id = any (:draw_of::uuid[]) and variant_id <> all (:draw_variants::uuid[]) and sold)""";

    private static final String CLOSE = """
        close_draws as (
            update inventory.draws set sold = false where product_id = any (:close_products::uuid[]) and sold)""";

    private Openings() {}

    /// `products`: all of them, also those without a variant left.
    static Piece piece(Opening opening, Collection<UUID> products, Instant at) {
        List<Opening.Wish> pools = opening.pools();
        List<Opening.Draws> draws = opening.draws();
        return Piece.of(OPEN).bind("open_at", at).bind("draw_of", products.toArray(UUID[]::new))
            .bind("open_pools", ids(pools, Opening.Wish::id)).bind("open_keys", words(pools, Opening.Wish::key))
            .bind("open_products", ids(pools, Opening.Wish::product))
            .bind("open_channels", words(pools, Opening.Wish::channel))
            .bind("open_units", words(pools, Opening.Wish::unit))
            .bind("open_steps", numbers(pools, Opening.Wish::step))
            .bind("open_on_hand", numbers(pools, Opening.Wish::onHand))
            .bind("draw_variants", ids(draws, Opening.Draws::variant))
            .bind("draw_products", ids(draws, Opening.Draws::product))
            .bind("draw_pools", ids(draws, draw -> Objects.requireNonNullElse(draw.pool(), NONE)))
            .bind("draw_factors", numbers(draws, Opening.Draws::factor))
            .bind("draw_sold", draws.stream().map(Opening.Draws::sold).toArray(Boolean[]::new));
    }

    static Piece closed(Collection<UUID> products) {
        return Piece.of(CLOSE).bind("close_products", products.toArray(UUID[]::new));
    }

    private static <T> UUID[] ids(List<T> all, Function<T, UUID> id) {
        return each(all, id).toArray(UUID[]::new);
    }

    private static <T> String[] words(List<T> all, Function<T, String> word) {
        return each(all, word).toArray(String[]::new);
    }

    private static <T> Long[] numbers(List<T> all, Function<T, Long> number) {
        return each(all, number).toArray(Long[]::new);
    }

    private static <T, R> Stream<R> each(List<T> all, Function<T, R> part) {
        return all.stream().map(part);
    }
}
