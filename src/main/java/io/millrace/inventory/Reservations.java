package io.millrace.inventory;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The cellar of promises: every guarded write as a piece (what comes back has its own, [Restocks]). Pools are always
/// locked in the order of their ids, lines are summed per pool before the check, and the check reads the row under its
/// lock.
final class Reservations {
    private final Postgres postgres;

    Reservations(Postgres postgres) {
        this.postgres = postgres;
    }

    /// What the lines take of each pool, the pools locked, and as much of them as there is enough of.
    private static final String LOCK = """
        hold_lines as materialized (
            select d.variant_id, d.pool_id, d.factor * a.quantity as amount
              from unnest(:hold_variants::uuid[], :hold_quantities::bigint[]) as a(variant, quantity)
              left join inventory.draws d on d.variant_id = a.variant and d.sold),
        hold_asked as materialized (
            select pool_id, sum(amount)::bigint as amount from hold_lines where pool_id is not null group by pool_id),
        hold_locked as materialized (
            select p.id, p.on_hand - p.reserved as free, a.amount
              from inventory.pools p join hold_asked a on a.pool_id = p.id
             order by p.id for no key update of p),
        """;

    private static final String HOLD = LOCK + """
        hold_taken as (
            update inventory.pools p set reserved = p.reserved + l.amount, changed_at = :hold_at
              from hold_locked l where p.id = l.id and l.free >= l.amount
            returning p.id, l.amount),
        hold_row as (
            insert into inventory.reservations (id, ref, state, expires_at, pools, amounts, created_at)
            select :hold_id, :hold_ref, 'held', :hold_until, coalesce(array_agg(id order by id), '{}'),
                   coalesce(array_agg(amount order by id), '{}'), :hold_at
              from hold_taken)""";

    private static final String TAKE = LOCK + """
        hold_taken as (
            update inventory.pools p
               set on_hand = p.on_hand - l.amount, version = p.version + 1, changed_at = :hold_at
              from hold_locked l where p.id = l.id and l.free >= l.amount
            returning p.id, l.amount, p.on_hand, p.version),
        hold_moved as (
            insert into inventory.movements (pool_id, seq, delta, balance, reason, ref, at)
            select id, version, -amount, on_hand, 'sale', :hold_ref, :hold_at from hold_taken),
        hold_row as (
            insert into inventory.reservations (id, ref, state, expires_at, version, pools, amounts, created_at)
            select :hold_id, :hold_ref, 'committed', :hold_until, 1, coalesce(array_agg(id order by id), '{}'),
                   coalesce(array_agg(amount order by id), '{}'), :hold_at
              from hold_taken)""";

    private static final String SELL = """
        sell_row as (
            update inventory.reservations set state = 'committed', version = 1, ref = :sell_ref
             where id = :sell_id and state = 'held' and (ref = :sell_ref or ref = '' and expires_at > :sell_at)
            returning pools, amounts),
        sell_locked as materialized (
            select p.id, u.amount
              from sell_row r cross join unnest(r.pools, r.amounts) as u(pool, amount)
              join inventory.pools p on p.id = u.pool
             order by p.id for no key update of p),
        sell_taken as (
            update inventory.pools p
               set on_hand = p.on_hand - l.amount, reserved = p.reserved - l.amount, version = p.version + 1,
                   changed_at = :sell_at
              from sell_locked l where p.id = l.id
            returning p.id, l.amount, p.on_hand, p.version),
        sell_moved as (
            insert into inventory.movements (pool_id, seq, delta, balance, reason, ref, at)
            select id, version, -amount, on_hand, 'sale', :sell_ref, :sell_at from sell_taken)""";

    private static final String FREE = """
        free_row as (
            update inventory.reservations set state = :free_state, version = 1
             where id = :free_id and state = 'held' and (:free_state <> 'lapsed' or expires_at <= :free_at)
            returning pools, amounts),
        free_locked as materialized (
            select p.id, u.amount
              from free_row r cross join unnest(r.pools, r.amounts) as u(pool, amount)
              join inventory.pools p on p.id = u.pool
             order by p.id for no key update of p),
        free_given as (
            update inventory.pools p set reserved = p.reserved - l.amount, changed_at = :free_at
              from free_locked l where p.id = l.id)""";

    private static final String RETAKE = """
        retake_row as (
            update inventory.reservations set state = 'committed', version = version + 1
             where id = :retake_id and version = :retake_version and state in ('lapsed', 'released')
            returning ref, pools, amounts),
        retake_locked as materialized (
            select p.id, p.on_hand - p.reserved as free, u.amount, r.ref
              from retake_row r cross join unnest(r.pools, r.amounts) as u(pool, amount)
              join inventory.pools p on p.id = u.pool
             order by p.id for no key update of p),
        retake_taken as (
            update inventory.pools p
               set on_hand = p.on_hand - l.amount, version = p.version + 1, changed_at = :retake_at
              from retake_locked l where p.id = l.id and l.free >= l.amount
            returning p.id, l.amount, l.ref, p.on_hand, p.version),
        retake_moved as (
            insert into inventory.movements (pool_id, seq, delta, balance, reason, ref, at)
            select id, version, -amount, on_hand, 'sale', ref, :retake_at from retake_taken)""";

    private static final String ADOPT = """
        adopt_row as (
            update inventory.reservations set ref = :adopt_ref, expires_at = :adopt_until
             where id = :adopt_id and state = 'held' and ref = '' and expires_at > :adopt_at
            returning 1)""";

    static Piece hold(UUID id, String ref, List<Line> lines, Instant until, Instant at) {
        return asked(Piece.of(HOLD), id, ref, lines, until, at);
    }

    static Piece take(UUID id, String ref, List<Line> lines, Instant at) {
        return asked(Piece.of(TAKE), id, ref, lines, at, at);
    }

    static Piece adopt(UUID id, String ref, Instant until, Instant at) {
        return Piece.of(ADOPT).bind("adopt_id", id).bind("adopt_ref", ref).bind("adopt_until", until)
            .bind("adopt_at", at).check("exists (select from adopt_row)", Inventory.HOLD_LAPSED);
    }

    static Piece sell(UUID id, String ref, Instant at, String otherwise) {
        return Piece.of(SELL).bind("sell_id", id).bind("sell_ref", ref).bind("sell_at", at)
            .check("exists (select from sell_row)", otherwise);
    }

    static Piece free(UUID id, Reservation.State state, Instant at) {
        return Piece.of(FREE).bind("free_id", id).bind("free_state", word(state)).bind("free_at", at)
            .check("exists (select from free_row)", Refused.STALE);
    }

    static Piece retake(Reservation reservation, Instant at) {
        return Piece.of(RETAKE).bind("retake_id", reservation.id()).bind("retake_version", reservation.version())
            .bind("retake_at", at)
            .check("exists (select from retake_row)", Refused.STALE)
            .check("(select count(*) from retake_taken) = (select cardinality(pools) from retake_row)", Refused.STALE);
    }

    Mono<Reservation> byId(UUID id) {
        return postgres.query("""
            select id, ref, state, expires_at, version from inventory.reservations where id = :id
            """, Map.of("id", id), Reservations::row).singleOrEmpty();
    }

    /// Whether what a lapsed or released reservation kept is there now.
    Mono<Boolean> canRetake(UUID id) {
        return postgres.query("""
            select r.state in ('lapsed', 'released') and not exists (
                     select from unnest(r.pools, r.amounts) as u(pool, amount)
                       join inventory.pools p on p.id = u.pool where p.on_hand - p.reserved < u.amount) as can
              from inventory.reservations r where r.id = :id
            """, Map.of("id", id), row -> Boolean.TRUE.equals(row.get("can", Boolean.class))).singleOrEmpty();
    }

    /// Promises that somebody knows of and that ran out, the longest first.
    Flux<Reservation> expired(Instant at, int limit) {
        return postgres.query("""
            select id, ref, state, expires_at, version from inventory.reservations
             where state = 'held' and expires_at <= :at and ref <> '' order by expires_at limit :limit
            """, Map.of("at", at, "limit", limit), Reservations::row);
    }

    /// Frees what was kept for orders that never came; nobody has heard of those, so there is no fact to tell.
    Mono<Long> freeOrphans(Instant at, int limit) {
        return postgres.update("""
            with orphans as (
                select id from inventory.reservations
                 where state = 'held' and expires_at <= :at and ref = ''
                 order by expires_at limit :limit for update skip locked),
            freed as (
                update inventory.reservations r set state = 'lapsed', version = 1 from orphans o where r.id = o.id
                returning r.pools, r.amounts),
            amounts as materialized (
                select u.pool, sum(u.amount)::bigint as amount
                  from freed f cross join unnest(f.pools, f.amounts) as u(pool, amount) group by u.pool),
            locked as materialized (
                select p.id, a.amount from inventory.pools p join amounts a on a.pool = p.id
                 order by p.id for no key update of p),
            given as (
                update inventory.pools p set reserved = p.reserved - l.amount, changed_at = :at
                  from locked l where p.id = l.id)
            select count(*) from freed
            """, Map.of("at", at, "limit", limit));
    }

    /// Frees what was kept for one order that will not come.
    Mono<Void> freeOrphan(UUID id, Instant at) {
        return postgres.update("with " + FREE + " select 1", Map.of("free_id", id, "free_state", "released",
            "free_at", at)).then();
    }

    /// Holds many baskets in one transaction; 1 held, 0 short, -1 unknown for each, in order.
    Mono<Integer[]> holdBatch(List<Lane.Basket> baskets, Instant until, Instant at) {
        List<Integer> places = new ArrayList<>();
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < baskets.size(); i++)
            for (Line line : baskets.get(i).lines()) {
                places.add(i + 1);
                lines.add(line);
            }
        return postgres.run(Write.of(Piece.of("""
            batch_held as (
                select inventory.hold_batch(:batch_ids::uuid[], :batch_places::int[], :batch_variants::uuid[],
                    :batch_quantities::bigint[], :batch_until::timestamptz, :batch_at::timestamptz) as outcomes)""")
            .bind("batch_ids", baskets.stream().map(Lane.Basket::reservation).toArray(UUID[]::new))
            .bind("batch_places", places.toArray(Integer[]::new)).bind("batch_variants", variants(lines))
            .bind("batch_quantities", quantities(lines)).bind("batch_until", until).bind("batch_at", at)
            .answer("outcomes", "(select outcomes from batch_held)")))
            .mapNotNull(answers -> answers.get("outcomes", Integer[].class));
    }

    static UUID[] variants(List<Line> lines) {
        return lines.stream().map(Line::variant).toArray(UUID[]::new);
    }

    static Long[] quantities(List<Line> lines) {
        return lines.stream().map(line -> (long) line.quantity()).toArray(Long[]::new);
    }

    private static Piece asked(Piece piece, UUID id, String ref, List<Line> lines, Instant until, Instant at) {
        return piece.bind("hold_id", id).bind("hold_ref", ref).bind("hold_until", until).bind("hold_at", at)
            .bind("hold_variants", variants(lines)).bind("hold_quantities", quantities(lines))
            .check("not exists (select from hold_lines where variant_id is null)", Inventory.UNKNOWN_VARIANT)
            .check("(select count(*) from hold_taken) = (select count(*) from hold_asked)", Inventory.OUT_OF_STOCK);
    }

    private static String word(Reservation.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static Reservation row(Readable row) {
        return new Reservation(value(row, "id", UUID.class), value(row, "ref", String.class),
            Reservation.State.valueOf(value(row, "state", String.class).toUpperCase(Locale.ROOT)),
            value(row, "expires_at", Instant.class), value(row, "version", Long.class));
    }

    static <T> T value(Readable row, String name, Class<T> type) {
        return Objects.requireNonNull(row.get(name, type), name);
    }
}
