package io.millrace.inventory;

import io.millrace.http.Ids;
import io.millrace.jobs.ShopClock;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Refused;
import io.millrace.testing.Client;
import io.millrace.testing.Database;
import io.millrace.testing.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The language of this room's tests: pools filled by hand, changes run to their end, and the oracle.
final class Stockroom {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final Shop shop;
    final Inventory inventory;
    final Database database;
    final Ids ids = new Ids(new ShopClock());

    Stockroom(Shop shop) {
        this.shop = shop;
        this.inventory = shop.bean(Inventory.class);
        this.database = shop.database();
    }

    Client admin() {
        return shop.client().bearer(shop.client().post("auth/login", Map.of("email", "admin@example.com", "password",
            "millrace-admin")).expect(200).data().path("access_token").asString());
    }

    /// A pool with variants that draw on it.
    record Pool(UUID id, UUID product, List<UUID> variants, List<Long> factors) {
        /// What one of the variant takes; 0 for another pool's.
        long factorOf(UUID variant) {
            int place = variants.indexOf(variant);
            return place < 0 ? 0 : factors.get(place);
        }

        UUID variant(int i) {
            return variants.get(i);
        }
    }

    Pool pool(String unit, long onHand, long... factors) {
        return poolLowAt(0, unit, onHand, factors);
    }

    Pool poolLowAt(long lowStockAt, String unit, long onHand, long... factors) {
        UUID id = ids.next();
        UUID product = ids.next();
        database.execute("""
            insert into inventory.pools (id, key, product_id, channel, unit, on_hand, low_stock_at, step, version,
                facts, changed_at)
            values (?, ?, ?, 'sweets', ?, ?, ?, ?, ?, 0, now())
            """, id, "test:" + id, product, unit, onHand, lowStockAt, java.util.Arrays.stream(factors).min().orElse(1),
            onHand > 0 ? 1L : 0L);
        if (onHand > 0) database.execute("""
            insert into inventory.movements (pool_id, seq, delta, balance, reason, at)
            values (?, 1, ?, ?, 'opening', now())
            """, id, onHand, onHand);
        return new Pool(id, product, java.util.Arrays.stream(factors).mapToObj(factor -> draw(id, product, factor))
            .toList(), java.util.Arrays.stream(factors).boxed().toList());
    }

    private UUID draw(UUID pool, UUID product, long factor) {
        UUID variant = ids.next();
        database.execute("insert into inventory.draws (variant_id, product_id, pool_id, factor) values (?, ?, ?, ?)",
            variant, product, pool, factor);
        return variant;
    }

    /// Commits the stockings as one change of the whole shop: null when all went well, else the reason.
    @Nullable String run(Stocking... stockings) {
        Change change = Change.of();
        for (Stocking stocking : stockings) change = stocking.into(change);
        Mono<String> done = shop.bean(Messaging.class).commit(change).thenReturn("");
        String reason = Objects
            .requireNonNull(done.onErrorResume(Refused.class, refused -> Mono.just(refused.reason())).block(PATIENCE));
        return reason.isEmpty() ? null : reason;
    }

    <T> T wait(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE));
    }

    long onHand(Pool pool) {
        return database.number("select on_hand from inventory.pools where id = ?", pool.id());
    }

    long reserved(Pool pool) {
        return database.number("select reserved from inventory.pools where id = ?", pool.id());
    }

    @Nullable Object state(UUID reservation) {
        return database.value("select state from inventory.reservations where id = ?", reservation);
    }

    /// Names of the facts of an aggregate, in order.
    List<String> story(String aggregate) {
        return database.rows("select type from messaging.facts where aggregate = ? order by version", aggregate)
            .stream().map(row -> String.valueOf(row.get("type")).replace("inventory.", "")).toList();
    }

    /// I1: nothing is created or lost: the journal sums to what lies there, without gaps; what is reserved is what held
    /// reservations keep; sold less returned is what the journal says left.
    List<?> contradictions() {
        return database.rows("""
            with journal as (
                select pool_id, sum(delta) as delta, count(*) as steps, max(seq) as last,
                       -sum(delta) filter (where reason in ('sale', 'return')) as sold
                  from inventory.movements group by pool_id),
            kept as (
                select u.pool, sum(u.amount) filter (where r.state = 'held') as held,
                       sum(u.amount - coalesce(u.returned, 0))
                           filter (where r.state in ('committed', 'returned')) as sold
                  from inventory.reservations r
                 cross join unnest(r.pools, r.amounts, r.returned) as u(pool, amount, returned) group by u.pool)
            select p.id, p.on_hand, p.reserved, p.version, j.delta, j.steps, j.last, j.sold, k.held, k.sold as kept_sold
              from inventory.pools p left join journal j on j.pool_id = p.id left join kept k on k.pool = p.id
             where p.on_hand <> coalesce(j.delta, 0) or p.reserved <> coalesce(k.held, 0)
                or coalesce(j.steps, 0) <> coalesce(j.last, 0)
                or p.version <> coalesce(j.last, 0)
                or coalesce(j.sold, 0) <> coalesce(k.sold, 0) or p.reserved > p.on_hand
            """);
    }

    static long seed() {
        Long given = Long.getLong("seed");
        return given != null ? given : ThreadLocalRandom.current().nextLong(1_000_000);
    }
}
