package io.millrace.inventory;

import io.millrace.catalog.Variant;
import io.millrace.http.Ids;
import io.millrace.inventory.InventoryEvent.ReservationLapsed;
import io.millrace.inventory.InventoryEvent.StockCommitted;
import io.millrace.inventory.InventoryEvent.StockReleased;
import io.millrace.postgres.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// Promises of stock, for the processes above: every change is a [Stocking] to put into one's own statement.
///
/// A reservation is held until a time, then committed (sold), released or lapsed; sold goods may come back. Each piece
/// is all or nothing and guarded in SQL: a failed check is a [Refused] with one of the reasons named here. `ref` is the
/// asker's own word for what the goods are for ("order:0198..."), and comes back in the facts.
public final class Inventory {
    /// Less is left than was asked; [#shortages] tells the lines.
    public static final String OUT_OF_STOCK = "out_of_stock";
    /// Nobody sells one of the variants.
    public static final String UNKNOWN_VARIANT = "unknown_variant";
    /// The goods were kept for a minute, and the minute is over: ask again.
    public static final String HOLD_LAPSED = "hold_lapsed";

    private final Reservations reservations;
    private final Pools pools;
    private final HotPools hot;
    private final Ids ids;
    private final InstantSource clock;
    private final Duration hold;

    Inventory(Reservations reservations, Pools pools, HotPools hot, Ids ids, InstantSource clock, Duration hold) {
        this.reservations = reservations;
        this.pools = pools;
        this.hot = hot;
        this.ids = ids;
        this.clock = clock;
        this.hold = hold;
    }

    /// The pool that a variant draws on. The usual ones have the id of their variant or product; a named one has an id
    /// made of its name.
    public static UUID poolOf(Variant variant) {
        String key = variant.poolKey();
        String rest = key.substring(key.indexOf(':') + 1);
        return rest.indexOf('/') < 0 ? UUID.fromString(rest)
            : UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
    }

    /// How long an unpaid order keeps its stock (`millrace.inventory.hold`).
    public Duration holdFor() {
        return hold;
    }

    /// Keeps the goods until a time: the quick way for few buyers, one more piece of the statement for many. The
    /// reservation has the id that the answer names.
    public Mono<Holding> hold(String ref, List<Line> lines, Instant until) {
        UUID id = ids.next();
        return hot.ask(id, lines).map(answer -> switch (answer) {
            case HotPools.Answer.Cold() -> new Holding.Inline(id, reserve(id, ref, lines, until));
            case HotPools.Answer.Kept() -> new Holding.Held(id, adopt(id, ref, until));
            case HotPools.Answer.Refused(var refusal) -> refusal;
        });
    }

    /// The same for goods that are sold at once (cash on delivery): held and committed in one.
    public Mono<Holding> holdToTake(String ref, List<Line> lines) {
        UUID id = ids.next();
        return hot.ask(id, lines).map(answer -> switch (answer) {
            case HotPools.Answer.Cold() -> new Holding.Inline(id, takeNow(id, ref, lines));
            case HotPools.Answer.Kept() -> new Holding.Held(id, sold(id, ref, HOLD_LAPSED));
            case HotPools.Answer.Refused(var refusal) -> refusal;
        });
    }

    /// Gives back what was held for a statement that was refused after all. Without it the goods lapse in a minute.
    public Mono<Void> letGo(Holding holding) {
        return holding instanceof Holding.Held held ? reservations.freeOrphan(held.reservation(), clock.instant())
            : Mono.empty();
    }

    /// Keeps the goods until a time. Checks: `unknown_variant`, `out_of_stock`.
    public Stocking reserve(UUID reservation, String ref, List<Line> lines, Instant until) {
        return new Stocking(Reservations.hold(reservation, ref, some(lines), until, clock.instant()), List.of());
    }

    /// Sells the goods at once. Checks: `unknown_variant`, `out_of_stock`.
    public Stocking takeNow(UUID reservation, String ref, List<Line> lines) {
        Instant at = clock.instant();
        return new Stocking(Reservations.take(reservation, ref, some(lines), at),
            List.of(new StockCommitted(ids.next(), reservation, ref, 1, at)));
    }

    /// Held becomes sold. Check: `stale` (it is not held any more).
    public Stocking commit(UUID reservation, String ref) {
        return sold(reservation, ref, Refused.STALE);
    }

    /// Held becomes free. Check: `stale` (it is not held any more).
    public Stocking release(UUID reservation, String ref) {
        Instant at = clock.instant();
        return new Stocking(Reservations.free(reservation, Reservation.State.RELEASED, at),
            List.of(new StockReleased(ids.next(), reservation, ref, false, 1, at)));
    }

    /// Sells what a lapsed or released reservation had kept, for a payment that came late. Check: `stale`, when the
    /// goods have gone meanwhile too; so ask [#canRetake], decide, and on `stale` ask again.
    public Stocking retake(Reservation reservation) {
        Instant at = clock.instant();
        return new Stocking(Reservations.retake(reservation, at), List.of(new StockCommitted(ids.next(),
            reservation.id(), reservation.ref(), reservation.version() + 1, at)));
    }

    /// Everything of a sale that has not come back yet comes back. Check: `stale`.
    public Stocking restock(Reservation sold) {
        Instant at = clock.instant();
        return new Stocking(Restocks.all(sold, at), List.of(returned(sold, at)));
    }

    /// Some lines of a sale come back, never more than was sold. Check: `stale` (also when it would be more).
    public Stocking restock(Reservation sold, List<Line> lines) {
        Instant at = clock.instant();
        return new Stocking(Restocks.some(sold, some(lines), at), List.of(returned(sold, at)));
    }

    /// A reservation as it is now; empty when there is none.
    public Mono<Reservation> reservation(UUID id) {
        return reservations.byId(id);
    }

    /// Whether what a lapsed or released reservation had kept could be had just now; empty when there is none.
    public Mono<Boolean> canRetake(UUID reservation) {
        return reservations.canRetake(reservation);
    }

    /// What a basket would meet just now, in one query.
    public Mono<Availability> check(List<Line> lines) {
        return pools.draws(variants(lines)).map(draws -> Availability.of(lines, draws));
    }

    /// The lines that cannot be had as asked just now, for the detail of `out_of_stock`.
    public Mono<List<Availability.Shortage>> shortages(List<Line> lines) {
        return pools.draws(variants(lines)).map(draws -> Availability.of(lines, draws).shortages(draws));
    }

    /// Held longer than promised becomes free. Check: `stale`.
    Stocking lapse(Reservation reservation) {
        Instant at = clock.instant();
        return new Stocking(Reservations.free(reservation.id(), Reservation.State.LAPSED, at),
            List.of(new ReservationLapsed(ids.next(), reservation.id(), reservation.ref(), 1, at)));
    }

    private Stocking adopt(UUID reservation, String ref, Instant until) {
        return new Stocking(Reservations.adopt(reservation, ref, until, clock.instant()), List.of());
    }

    private Stocking sold(UUID reservation, String ref, String otherwise) {
        Instant at = clock.instant();
        return new Stocking(Reservations.sell(reservation, ref, at, otherwise),
            List.of(new StockCommitted(ids.next(), reservation, ref, 1, at)));
    }

    private StockReleased returned(Reservation sold, Instant at) {
        return new StockReleased(ids.next(), sold.id(), sold.ref(), true, sold.version() + 1, at);
    }

    private static List<UUID> variants(List<Line> lines) {
        return lines.stream().map(Line::variant).distinct().toList();
    }

    private static List<Line> some(List<Line> lines) {
        if (lines.isEmpty()) throw new IllegalArgumentException("a reservation needs a line");
        return lines;
    }
}
