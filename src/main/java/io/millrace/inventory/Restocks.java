package io.millrace.inventory;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import java.time.Instant;
import java.util.List;

/// Goods that come back from a sale, as pieces: guarded by the reservation's version, with what came back before, and
/// their pools locked in the order of their ids like everywhere.
final class Restocks {
    private Restocks() {}

    /// What each pool gets back and the rows it is written to, after `back_row`.
    private static final String GIVE_BACK = """
        back_locked as materialized (
            select p.id, b.amount, b.ref
              from back_amounts b join inventory.pools p on p.id = b.pool where b.amount > 0
             order by p.id for no key update of p),
        back_given as (
            update inventory.pools p
               set on_hand = p.on_hand + l.amount, version = p.version + 1, changed_at = :back_at
              from back_locked l where p.id = l.id
            returning p.id, l.amount, l.ref, p.on_hand, p.version),
        back_moved as (
            insert into inventory.movements (pool_id, seq, delta, balance, reason, ref, at)
            select id, version, amount, on_hand, 'return', ref, :back_at from back_given)""";

    private static final String RESTOCK_ALL = """
        back_row as (
            update inventory.reservations set state = 'returned', version = version + 1, returned = amounts
             where id = :back_id and version = :back_version and state = 'committed'
            returning ref, pools, amounts, old.returned as returned_before),
        back_amounts as materialized (
            select u.pool, u.amount - coalesce(u.returned, 0) as amount, r.ref
              from back_row r cross join unnest(r.pools, r.amounts, r.returned_before) as u(pool, amount, returned)),
        """ + GIVE_BACK;

    private static final String RESTOCK_LINES = """
        back_asked as materialized (
            select d.pool_id, sum(d.factor * a.quantity)::bigint as amount
              from unnest(:back_variants::uuid[], :back_quantities::bigint[]) as a(variant, quantity)
              join inventory.draws d on d.variant_id = a.variant
             where d.pool_id is not null group by d.pool_id),
        back_row as (
            update inventory.reservations r
               set version = version + 1,
                   returned = array(select coalesce(u.returned, 0) + coalesce(b.amount, 0)
                                      from unnest(r.pools, r.returned) with ordinality as u(pool, returned, place)
                                      left join back_asked b on b.pool_id = u.pool order by u.place),
                   state = case when exists (
                        select from unnest(r.pools, r.amounts, r.returned) as u(pool, amount, returned)
                          left join back_asked b on b.pool_id = u.pool
                         where coalesce(u.returned, 0) + coalesce(b.amount, 0) < u.amount)
                      then 'committed' else 'returned' end
             where id = :back_id and version = :back_version and state = 'committed'
               and not exists (
                    select from back_asked b
                      left join unnest(r.pools, r.amounts, r.returned) as u(pool, amount, returned)
                        on u.pool = b.pool_id
                     where u.pool is null or coalesce(u.returned, 0) + b.amount > u.amount)
            returning ref),
        back_amounts as materialized (
            select b.pool_id as pool, b.amount, r.ref from back_row r cross join back_asked b),
        """ + GIVE_BACK;

    /// All that has not come back yet.
    static Piece all(Reservation reservation, Instant at) {
        return back(Piece.of(RESTOCK_ALL), reservation, at);
    }

    /// These lines, and never more of a pool than was taken of it.
    static Piece some(Reservation reservation, List<Line> lines, Instant at) {
        return back(Piece.of(RESTOCK_LINES), reservation, at)
            .bind("back_variants", Reservations.variants(lines)).bind("back_quantities", Reservations.quantities(lines))
            .check("not exists (select from unnest(:back_variants::uuid[]) as a(variant) where not exists "
                + "(select from inventory.draws d where d.variant_id = a.variant))", Inventory.UNKNOWN_VARIANT);
    }

    private static Piece back(Piece piece, Reservation reservation, Instant at) {
        return piece.bind("back_id", reservation.id()).bind("back_version", reservation.version()).bind("back_at", at)
            .check("exists (select from back_row)", Refused.STALE);
    }
}
