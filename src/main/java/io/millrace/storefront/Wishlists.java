package io.millrace.storefront;

import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/// The cellar of wishlists. Whose a list is stands in every condition; writers of one list take its row first.
final class Wishlists implements PersonalRecords {
    /// Entries of one list; the table's own constraint says the same.
    static final int ENTRIES_MAX = 200;
    /// Lists of one person on one channel, the unnamed one included.
    static final int LISTS_MAX = 20;
    static final String USUAL_NAME = "Wishlist";
    private static final TypeReference<List<Item>> ITEMS = new TypeReference<>() {};
    private static final String COLUMNS = """
        select l.id, l.name, l.place, l.entries, l.share_hash is not null as shared from storefront.wishlists l
        """;
    private static final String WITH_ITEMS = """
        select l.id, l.name, l.place, l.entries, l.share_hash is not null as shared,
               (select coalesce(json_agg(json_strip_nulls(json_build_object('product_id', w.product,
                            'added_at', w.added_at, 'available', coalesce(p.listed, false),
                            'product', case when p.listed then p.card::json end)) order by w.id), '[]')
                  from storefront.wishes w left join storefront.products p on p.id = w.product
                 where w.list = l.id)::text as items
          from storefront.wishlists l
        """;

    private final Postgres postgres;

    Wishlists(Postgres postgres) {
        this.postgres = postgres;
    }

    /// Whose lists, on which channel.
    record Owner(UUID account, String channel) {}

    /// A list without its entries; `usual` is the one that is simply "the wishlist".
    record Kept(UUID id, String name, boolean usual, int entries, boolean shared) {}

    /// An entry: the product's card as shoppers see it now, absent when it is not on display any more.
    record Item(UUID productId, Instant addedAt, boolean available, @Nullable JsonNode product) {}

    record Whole(Kept list, List<Item> items) {}

    /// What became of a wish.
    enum Wished { ADDED, THERE, NO_PRODUCT, FULL }

    Flux<Kept> of(Owner owner) {
        return postgres.query(COLUMNS + "where l.account = :account and l.channel = :channel order by l.place",
            Map.of("account", owner.account(), "channel", owner.channel()), Wishlists::kept);
    }

    Mono<Whole> usual(Owner owner) {
        return postgres.query(WITH_ITEMS + "where l.account = :account and l.channel = :channel and l.place = 0",
            Map.of("account", owner.account(), "channel", owner.channel()), Wishlists::whole).singleOrEmpty();
    }

    Mono<Whole> whole(Owner owner, UUID list) {
        return postgres.query(WITH_ITEMS + "where l.id = :list and l.account = :account and l.channel = :channel",
            Map.of("list", list, "account", owner.account(), "channel", owner.channel()), Wishlists::whole)
            .singleOrEmpty();
    }

    /// The list that a share token opens, on whatever channel.
    Mono<Whole> shared(byte[] hash) {
        return postgres.query(WITH_ITEMS + "where l.share_hash = :hash", Map.of("hash", hash), Wishlists::whole)
            .singleOrEmpty();
    }

    /// A new list in the first place that is free; empty when somebody took that place meanwhile or none is free.
    Mono<Kept> open(UUID id, Owner owner, String name, Instant now) {
        return postgres.query("""
            insert into storefront.wishlists as l (id, account, channel, place, name, created_at)
            select :id, :account, :channel, free.place, :name, :now
              from (select place from generate_series(1, :last) as place
                     where not exists (select from storefront.wishlists taken where taken.account = :account
                                          and taken.channel = :channel and taken.place = place.place)
                     order by place limit 1) as free
            on conflict on constraint wishlists_place do nothing
            returning l.id, l.name, l.place, l.entries, false as shared
            """, Map.of("id", id, "account", owner.account(), "channel", owner.channel(), "name", name, "now", now,
            "last", LISTS_MAX - 1), Wishlists::kept).singleOrEmpty();
    }

    Mono<Boolean> rename(Owner owner, UUID list, String name) {
        return postgres.update("""
            update storefront.wishlists set name = :name, version = version + 1
             where id = :list and account = :account and channel = :channel
            """, Map.of("name", name, "list", list, "account", owner.account(), "channel", owner.channel()))
            .map(rows -> rows == 1);
    }

    Mono<Boolean> remove(Owner owner, UUID list) {
        return postgres.update("""
            delete from storefront.wishlists where id = :list and account = :account and channel = :channel
            """, Map.of("list", list, "account", owner.account(), "channel", owner.channel())).map(rows -> rows == 1);
    }

    /// From now on this token opens the list, and no earlier one.
    Mono<Boolean> share(Owner owner, UUID list, byte[] hash) {
        return postgres.update("""
            update storefront.wishlists set share_hash = :hash, version = version + 1
             where id = :list and account = :account and channel = :channel
            """, Map.of("hash", hash, "list", list, "account", owner.account(), "channel", owner.channel()))
            .map(rows -> rows == 1);
    }

    Mono<Boolean> unshare(Owner owner, UUID list) {
        return postgres.update("""
            update storefront.wishlists set share_hash = null, version = version + 1
             where id = :list and account = :account and channel = :channel
            """, Map.of("list", list, "account", owner.account(), "channel", owner.channel())).map(rows -> rows == 1);
    }

    /// The usual list, made when there is none, and nobody else's until this transaction is over.
    Mono<UUID> taken(Owner owner, UUID fresh, Instant now) {
        return postgres.query("""
            insert into storefront.wishlists as l (id, account, channel, place, name, created_at)
            values (:id, :account, :channel, 0, :name, :now)
            on conflict on constraint wishlists_place do update set version = l.version
            returning id
            """, Map.of("id", fresh, "account", owner.account(), "channel", owner.channel(), "name", USUAL_NAME,
            "now", now), row -> Objects.requireNonNull(row.get("id", UUID.class))).single();
    }

    /// That list, nobody else's until this transaction is over; empty when it is not the owner's.
    Mono<UUID> taken(Owner owner, UUID list) {
        return postgres.query("""
            select id from storefront.wishlists
             where id = :list and account = :account and channel = :channel for update
            """, Map.of("list", list, "account", owner.account(), "channel", owner.channel()),
            row -> Objects.requireNonNull(row.get("id", UUID.class))).singleOrEmpty();
    }

    /// Adds to a list that was taken: what it costs and whether it is there now is what its owner saw.
    Mono<Wished> add(UUID list, Owner owner, UUID wish, UUID product, Instant now) {
        return postgres.query("""
            with shown as (
                select id, price_minor, in_stock from storefront.products
                 where id = :product and channel = :channel and listed),
            there as (
                select from storefront.wishes where list = :list and product = :product),
            put as (
                insert into storefront.wishes (id, list, product, price_minor, in_stock, added_at)
                select :wish, :list, id, price_minor, in_stock, :now from shown
                 where (select entries from storefront.wishlists where id = :list) < :max
                on conflict (list, product) do nothing
                returning list),
            counted as (
                update storefront.wishlists set entries = entries + 1, version = version + 1
                 where id = (select list from put))
            select case when exists (select from put) then 'ADDED' when exists (select from there) then 'THERE'
                        when exists (select from shown) then 'FULL' else 'NO_PRODUCT' end as wished
            """, Map.of("product", product, "channel", owner.channel(), "list", list, "wish", wish, "now", now, "max",
            ENTRIES_MAX), row -> Wished.valueOf(Objects.requireNonNull(row.get("wished", String.class)))).single();
    }

    /// Whether it was on the list, which was taken.
    Mono<Boolean> drop(UUID list, UUID product) {
        return postgres.query("""
            with gone as (
                delete from storefront.wishes where list = :list and product = :product returning list),
            counted as (
                update storefront.wishlists set entries = entries - 1, version = version + 1
                 where id = (select list from gone))
            select exists (select from gone) as gone
            """, Map.of("list", list, "product", product),
            row -> Boolean.TRUE.equals(row.get("gone", Boolean.class))).single();
    }

    @Override public String section() {
        return "wishlists";
    }

    @Override public Flux<Whole> of(UUID account) {
        return postgres.query(WITH_ITEMS + "where l.account = :account order by l.channel, l.place",
            Map.of("account", account), Wishlists::whole);
    }

    @Override public Mono<Void> erase(UUID account) {
        return postgres.update("delete from storefront.wishlists where account = :account",
            Map.of("account", account)).then();
    }

    private static Kept kept(Readable row) {
        return new Kept(Objects.requireNonNull(row.get("id", UUID.class)),
            Objects.requireNonNull(row.get("name", String.class)), Integer.valueOf(0).equals(row.get("place",
                Integer.class)),
            Objects.requireNonNull(row.get("entries", Integer.class)),
            Boolean.TRUE.equals(row.get("shared", Boolean.class)));
    }

    private static Whole whole(Readable row) {
        return new Whole(kept(row), Json.OURS.readValue(Objects.requireNonNull(row.get("items", String.class)), ITEMS));
    }
}
