package io.millrace.customer;

import io.millrace.http.Json;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.millrace.vault.DataKey;
import io.millrace.vault.Place;
import io.millrace.vault.Vault;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/// The cellar of addresses. Whose an address is stands in every condition, so that somebody else's is as absent as one
/// that does not exist.
final class Addresses {
    private static final String COLUMNS =
        "select id, sealed, default_shipping, default_billing, version from customer.addresses ";

    private final Postgres postgres;
    private final Vault vault;

    Addresses(Postgres postgres, Vault vault) {
        this.postgres = postgres;
        this.vault = vault;
    }

    /// An address as it is kept.
    record Kept(UUID id, PostalAddress address, boolean defaultShipping, boolean defaultBilling, long version) {}

    private record Sealed(UUID id, byte[] sealed, boolean defaultShipping, boolean defaultBilling, long version) {
        Kept opened(DataKey key) {
            return new Kept(id, Json.OURS.readValue(key.open(place(id), sealed), PostalAddress.class), defaultShipping,
                defaultBilling, version);
        }
    }

    /// None when the person's key was taken away.
    Mono<List<Kept>> of(UUID account) {
        return postgres.query(COLUMNS + "where account = :account order by id", Map.of("account", account),
            Addresses::sealed).collectList()
            .flatMap(all -> all.isEmpty() ? Mono.just(List.of()) : vault.key(account)
                .map(key -> all.stream().map(one -> one.opened(key)).toList()).defaultIfEmpty(List.of()));
    }

    Mono<Kept> of(UUID account, UUID id) {
        return postgres.query(COLUMNS + "where account = :account and id = :id",
            Map.of("account", account, "id", id), Addresses::sealed).singleOrEmpty()
            .flatMap(one -> vault.key(account).map(one::opened));
    }

    Mono<Long> erase(UUID account) {
        return postgres.update("delete from customer.addresses where account = :account", Map.of("account", account));
    }

    Mono<Void> add(Books.Book book, Kept address, Instant now) {
        Piece row = Piece.of("""
            address_row as (
                insert into customer.addresses (id, account, country, sealed, default_shipping, default_billing,
                    version, created_at)
                select :id, account, :country, :sealed, :shipping, :billing, :version, :now
                  from book where (select count(*) from released) >= 0)""").bind("now", now);
        return vault.keyOrNew(book.account()).flatMap(key -> postgres.run(Write.of(Books.next(book, 1, 0),
            released(book, address), bound(row, address, key)))).then();
    }

    /// Puts the address in place of the one of the version before; refused as stale where there is none.
    Mono<Void> put(Books.Book book, Kept address) {
        Piece row = Piece.of("""
            address_row as (
                update customer.addresses
                   set country = :country, sealed = :sealed, default_shipping = :shipping,
                       default_billing = :billing, version = :version
                 where id = :id and account = (select account from book) and version = :version - 1
                   and (select count(*) from released) >= 0
                returning id)""").check("exists (select from address_row)", Refused.STALE);
        return vault.keyOrNew(book.account()).flatMap(key -> postgres.run(Write.of(Books.next(book, 0, 0),
            released(book, address), bound(row, address, key)))).then();
    }

    Mono<Void> remove(Books.Book book, UUID id, long version) {
        Piece row = Piece.of("""
            address_gone as (
                delete from customer.addresses
                 where id = :id and account = (select account from book) and version = :version
                returning id)""").bind("id", id).bind("version", version)
            .check("exists (select from address_gone)", Refused.STALE);
        return postgres.run(Write.of(Books.next(book, -1, 0), row)).then();
    }

    /// The other address that was the default of a kind lets go of it. The unique indexes look at rows as they change,
    /// so this comes before the new default: who writes that one counts these first.
    private static Piece released(Books.Book book, Kept address) {
        return Piece.of("""
            released as (
                update customer.addresses
                   set default_shipping = default_shipping and not :takes_shipping,
                       default_billing = default_billing and not :takes_billing, version = version + 1
                 where account = :released_account and id <> :released_but and exists (select from book)
                   and (default_shipping and :takes_shipping or default_billing and :takes_billing)
                returning id)""")
            .bind("released_account", book.account()).bind("released_but", address.id())
            .bind("takes_shipping", address.defaultShipping()).bind("takes_billing", address.defaultBilling());
    }

    private static Piece bound(Piece row, Kept address, DataKey key) {
        return row.bind("id", address.id()).bind("country", address.address().country())
            .bind("sealed", key.seal(place(address.id()), Json.bytes(address.address())))
            .bind("shipping", address.defaultShipping()).bind("billing", address.defaultBilling())
            .bind("version", address.version());
    }

    private static Place place(UUID id) {
        return Place.of("customer.addresses", id);
    }

    private static Sealed sealed(Readable row) {
        return new Sealed(Objects.requireNonNull(row.get("id", UUID.class)),
            Objects.requireNonNull(row.get("sealed", byte[].class)),
            Boolean.TRUE.equals(row.get("default_shipping", Boolean.class)),
            Boolean.TRUE.equals(row.get("default_billing", Boolean.class)),
            Objects.requireNonNull(row.get("version", Long.class)));
    }
}
