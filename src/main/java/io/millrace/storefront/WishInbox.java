package io.millrace.storefront;

import io.millrace.channel.Channels;
import io.millrace.http.Ids;
import io.millrace.inventory.InventoryEvent;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.money.Money;
import io.millrace.postgres.Postgres;
import io.millrace.pricing.PricingEvent;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Tells when something wished for got cheaper or came back. What it hears only says where to look: each entry is held
/// against what is on display now and moved along with it in the same statement, so a crossing is told once however
/// often, late or in whatever order its cause is heard.
final class WishInbox {
    /// Entries moved and told at once.
    private static final int ENTRIES_AT_ONCE = 500;

    private final Postgres postgres;
    private final Channels channels;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    WishInbox(Postgres postgres, Channels channels, Messaging messaging, Ids ids, InstantSource clock) {
        this.postgres = postgres;
        this.channels = channels;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    Mono<Void> price(PricingEvent fact) {
        return switch (fact) {
            case PricingEvent.PricesChanged changed -> look(changed.productId());
        };
    }

    Mono<Void> stock(InventoryEvent fact) {
        return fact instanceof InventoryEvent.OfPool pool ? look(pool.product()) : Mono.empty();
    }

    /// An entry that moved, as it was before and as it is; `told` is its count of facts before.
    record Moved(UUID wish, UUID list, UUID account, String channel, UUID product, long told, @Nullable Long priceWas,
        @Nullable Long priceNow, boolean stockWas, boolean stockNow) {
        boolean isCheaper() {
            return priceWas != null && priceNow != null && priceNow < priceWas;
        }

        boolean isBack() {
            return stockNow && !stockWas;
        }
    }

    private Mono<Void> look(UUID product) {
        return postgres.transactionalAgain(moved(product).flatMap(moved -> tell(moved).thenReturn(moved.size())))
            .expand(many -> many < ENTRIES_AT_ONCE ? Mono.empty()
                : postgres.transactionalAgain(moved(product).flatMap(moved -> tell(moved).thenReturn(moved.size()))))
            .then();
    }

    private Mono<List<Moved>> moved(UUID product) {
        return postgres.query("""
            with crossed as (
                select w.id, w.list, l.account, l.channel, w.told, w.price_minor as price_was, w.in_stock as stock_was,
                       p.price_minor as price_now, p.in_stock as stock_now
                  from storefront.wishes w
                  join storefront.products p on p.id = w.product and p.listed
                  join storefront.wishlists l on l.id = w.list
                 where w.product = :product
                   and (w.price_minor is distinct from p.price_minor or w.in_stock <> p.in_stock)
                 order by w.id limit :limit for update of w)
            update storefront.wishes w
               set price_minor = c.price_now, in_stock = c.stock_now,
                   told = w.told + case when c.price_now < c.price_was then 1 else 0 end
                       + case when c.stock_now and not c.stock_was then 1 else 0 end
              from crossed c where w.id = c.id
            returning c.id, c.list, c.account, c.channel, w.product, c.told, c.price_was, c.price_now, c.stock_was,
                      c.stock_now
            """, Map.of("product", product, "limit", ENTRIES_AT_ONCE), WishInbox::moved).collectList();
    }

    private Mono<Void> tell(List<Moved> moved) {
        List<StorefrontEvent> facts = new ArrayList<>();
        Instant at = clock.instant();
        for (Moved one : moved) {
            long version = one.told();
            if (one.isCheaper())
                facts.add(new StorefrontEvent.WishPriceDropped(ids.next(), ++version, at, one.wish(), one.list(),
                    one.account(), one.channel(), one.product(), money(one, one.priceWas()),
                    money(one, one.priceNow())));
            if (one.isBack())
                facts.add(new StorefrontEvent.WishBackInStock(ids.next(), ++version, at, one.wish(), one.list(),
                    one.account(), one.channel(), one.product()));
        }
        return facts.isEmpty() ? Mono.empty()
            : messaging.commit(Change.of().tells(facts.toArray(StorefrontEvent[]::new))).then();
    }

    private Money money(Moved one, @Nullable Long minor) {
        Currency currency = channels.byCode(one.channel())
            .orElseThrow(() -> new IllegalStateException("a list of the unknown channel " + one.channel())).currency();
        return new Money(Objects.requireNonNull(minor), currency);
    }

    private static Moved moved(Readable row) {
        return new Moved(id(row, "id"), id(row, "list"), id(row, "account"),
            Objects.requireNonNull(row.get("channel", String.class)), id(row, "product"),
            Objects.requireNonNull(row.get("told", Long.class)), row.get("price_was", Long.class),
            row.get("price_now", Long.class), Boolean.TRUE.equals(row.get("stock_was", Boolean.class)),
            Boolean.TRUE.equals(row.get("stock_now", Boolean.class)));
    }

    private static UUID id(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, UUID.class), column);
    }
}
