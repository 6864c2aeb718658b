package io.millrace.customer;

import io.millrace.postgres.Overtaken;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/// The row that stands for all that one person keeps here. Writers of one person's things take it first and so come
/// one after the other; each write moves its version inside its own statement, which is the guard.
final class Books {
    private final Postgres postgres;

    Books(Postgres postgres) {
        this.postgres = postgres;
    }

    /// As it was read.
    record Book(UUID account, long version, int addresses, int methods) {}

    /// Reads, decides and writes while nobody else writes anything of this person's.
    <T> Mono<T> alone(UUID account, Function<Book, Mono<T>> useCase) {
        return postgres.transactionalAgain(taken(account).flatMap(useCase)
            .onErrorMap(Refused.class, no -> no.is(Refused.STALE) ? new Overtaken(no) : no));
    }

    private Mono<Book> taken(UUID account) {
        return postgres.query("""
            insert into customer.books as book (account, version) values (:account, 1)
            on conflict (account) do update set version = book.version
            returning version, addresses, methods
            """, Map.of("account", account), row -> new Book(account,
            Objects.requireNonNull(row.get("version", Long.class)),
            Objects.requireNonNull(row.get("addresses", Integer.class)),
            Objects.requireNonNull(row.get("methods", Integer.class)))).single();
    }

    /// The book's next version as the CTE `book`, empty when somebody else was faster: then the statement is refused as
    /// stale. What is written beside it must ask `exists (select from book)`.
    static Piece next(Book before, int addresses, int methods) {
        return Piece.of("""
            book as (
                update customer.books
                   set version = version + 1, addresses = addresses + :book_addresses, methods = methods + :book_methods
                 where account = :book_account and version = :book_version
                returning account)""")
            .bind("book_account", before.account()).bind("book_version", before.version())
            .bind("book_addresses", addresses).bind("book_methods", methods)
            .check("exists (select from book)", Refused.STALE);
    }
}
