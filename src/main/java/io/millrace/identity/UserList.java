package io.millrace.identity;

import io.millrace.http.Ids;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.time.Instant;
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
    private final Accounts accounts;
    private final PersonSeals seals;

    UserList(Postgres postgres, Accounts accounts, PersonSeals seals) {
        this.postgres = postgres;
        this.accounts = accounts;
        this.seals = seals;
    }

    record Listed(Account account, Instant createdAt, @Nullable Instant lastSeenAt) {}

    /// `search` is a whole address, a whole phone number, or an id. Names are sealed: nothing finds a part of one.
    record Filter(@Nullable String search, Account.@Nullable Status status, @Nullable String role,
        @Nullable UUID before) {}

    Flux<Listed> page(Filter filter, int limit, long offset) {
        String search = filter.search == null ? "" : filter.search;
        return postgres.query(SELECT + """
             where (:before::uuid is null or a.id < :before::uuid)
               and (:status::text is null or a.status = :status::text)
               and (:role::text is null or exists (select from identity.account_roles held
                                                    where held.account = a.id and held.role = :role::text))
               and (not :searched or a.email_blind = :email::bytea or a.phone_blind = :phone::bytea
                    or a.id = :id::uuid)
             order by a.id desc limit :limit offset :offset
            """, Map.of("before", maybe(filter.before, UUID.class), "status",
            maybe(filter.status == null ? null : filter.status.name(), String.class), "role",
            maybe(filter.role, String.class), "searched", filter.search != null, "email",
            maybe(Email.isValid(search) ? seals.blindEmail(Email.of(search).value()) : null, byte[].class), "phone",
            maybe(Phone.isValid(search) ? seals.blindPhone(search) : null, byte[].class), "id",
            maybe(Ids.read(search).orElse(null), UUID.class), "limit", limit, "offset", offset), this::listed);
    }

    Mono<Listed> one(UUID id) {
        return postgres.query(SELECT + "where a.id = :id", Map.of("id", id), this::listed).singleOrEmpty();
    }

    private static Object maybe(@Nullable Object value, Class<?> type) {
        return value == null ? Parameters.in(type) : value;
    }

    private Listed listed(Readable row) {
        return new Listed(accounts.account(row), Objects.requireNonNull(row.get("created_at", Instant.class)),
            row.get("last_seen", Instant.class));
    }
}
