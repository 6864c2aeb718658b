package io.millrace.customer;

import io.millrace.http.Json;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
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
        "select id, document, default_shipping, default_billing, version from customer.addresses ";

    private final Postgres postgres;

    Addresses(Postgres postgres) {
        this.postgres = postgres;
    }

    /// An address as it is kept.
    record Kept(UUID id, PostalAddress address, boolean defaultShipping, boolean defaultBilling, long version) {}

    Mono<List<Kept>> of(UUID account) {
        return postgres.query(COLUMNS + "where account = :account order by id", Map.of("account", account),
            Addresses::kept).collectList();
    }

    Mono<Kept> of(UUID account, UUID id) {
        return postgres.query(COLUMNS + "where account = :account and id = :id",
            Map.of("account", account, "id", id), Addresses::kept).singleOrEmpty();
    }

    Mono<Void> add(Books.Book book, Kept address, Instant now) {
        Piece row = Piece.of("""
            address_row as (
                insert into customer.addresses (id, account, country, document, default_shipping, default_billing,
                    version, created_at)
                select :id, account, :country, :document, :shipping, :billing, :version, :now
                  from book where (select count(*) from released) >= 0)""").bind("now", now);
        return postgres.run(Write.of(Books.next(book, 1, 0), released(book, address), bound(row, address))).then();
    }

    /// Puts the address in place of the one of the version before; refused as stale where there is none.
    Mono<Void> put(Books.Book book, Kept address) {
        Piece row = Piece.of("""
            address_row as (
                update customer.addresses
                   set country = :country, document = :document, default_shipping = :shipping,
                       default_billing = :billing, version = :version
                 where id = :id and account = (select account from book) and version = :version - 1
                   and (select count(*) from released) >= 0
                returning id)""").check("exists (select from address_row)", Refused.STALE);
        return postgres.run(Write.of(Books.next(book, 0, 0), released(book, address), bound(row, address))).then();
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

    private static Piece bound(Piece row, Kept address) {
        return row.bind("id", address.id()).bind("country", address.address().country())
            .bind("document", new String(Json.bytes(address.address()), StandardCharsets.UTF_8))
            .bind("shipping", address.defaultShipping()).bind("billing", address.defaultBilling())
            .bind("version", address.version());
    }

    private static Kept kept(Readable row) {
        return new Kept(Objects.requireNonNull(row.get("id", UUID.class)),
            Json.OURS.readValue(Objects.requireNonNull(row.get("document", String.class)), PostalAddress.class),
            Boolean.TRUE.equals(row.get("default_shipping", Boolean.class)),
            Boolean.TRUE.equals(row.get("default_billing", Boolean.class)),
            Objects.requireNonNull(row.get("version", Long.class)));
    }
}
