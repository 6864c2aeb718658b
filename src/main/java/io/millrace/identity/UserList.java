package io.millrace.identity;

import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Accounts as the staff sees them, newest first.
final class UserList {
    private static final String SELECT = "select " + Accounts.COLUMNS + """
        , a.created_at, (select max(s.seen_at) from identity.sessions s where s.account = a.id) as last_seen
          from identity.accounts a
         """;

    private final Postgres postgres;

    UserList(Postgres postgres) {
        this.postgres = postgres;
    }

    record Listed(Account account, Instant createdAt, @Nullable Instant lastSeenAt) {}

    /// `search` is a whole address, an id, or the beginning of a name.
    record Filter(@Nullable String search, Account.@Nullable Status status, @Nullable String role,
        @Nullable UUID before) {}

    Flux<Listed> page(Filter filter, int limit, long offset) {
        String search = filter.search == null ? null : filter.search.toLowerCase(Locale.ROOT);
        return postgres.query(SELECT + """
             where (:before::uuid is null or a.id < :before::uuid)
               and (:status::text is null or a.status = :status::text)
               and (:role::text is null or exists (select from identity.account_roles held
                                                    where held.account = a.id and held.role = :role::text))
               and (:search::text is null or a.email = :search::text or a.id::text = :search::text
                    or starts_with(lower(a.first_name || ' ' || a.last_name), :search::text)
                    or starts_with(lower(a.last_name), :search::text))
             order by a.id desc limit :limit offset :offset
            """, Map.of("before", maybe(filter.before, UUID.class), "status",
            maybe(filter.status == null ? null : filter.status.name(), String.class), "role",
            maybe(filter.role, String.class), "search", maybe(search, String.class), "limit", limit, "offset",
            offset), UserList::listed);
    }

    Mono<Listed> one(UUID id) {
        return postgres.query(SELECT + "where a.id = :id", Map.of("id", id), UserList::listed).singleOrEmpty();
    }

    private static Object maybe(@Nullable Object value, Class<?> type) {
        return value == null ? Parameters.in(type) : value;
    }

    private static Listed listed(Readable row) {
        return new Listed(Accounts.account(row), Objects.requireNonNull(row.get("created_at", Instant.class)),
            row.get("last_seen", Instant.class));
    }
}
