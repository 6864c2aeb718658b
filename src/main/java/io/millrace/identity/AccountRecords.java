package io.millrace.identity;

import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.vault.PersonalRecords;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A person's account and sign-ins. What is left of an erased one is its id, so that orders and entries of the audit
/// still have somebody who did them. The blind index of his address goes too, so that it is free again.
final class AccountRecords implements PersonalRecords {
    private static final String ERASED = "erased";

    private final Postgres postgres;
    private final PersonSeals seals;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    AccountRecords(Postgres postgres, PersonSeals seals, Messaging messaging, Ids ids, InstantSource clock) {
        this.postgres = postgres;
        this.seals = seals;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    record Kept(UUID id, String email, String firstName, String lastName, @Nullable String phone, String status,
        Instant createdAt, List<String> roles) {}

    record SignedIn(UUID session, Instant createdAt, Instant seenAt, @Nullable Instant endedAt, @Nullable String agent,
        @Nullable String ip, List<String> methods) {}

    @Override public String section() {
        return "account";
    }

    @Override public Flux<Object> of(UUID account) {
        Flux<Object> itself = postgres.query("""
            select %s, a.status, a.created_at,
                   array(select role from identity.account_roles where account = a.id order by role) as roles
              from identity.accounts a where a.id = :account
            """.formatted(PersonSeals.COLUMNS), Map.of("account", account), row -> kept(account, row));
        return itself.concatWith(postgres.query("""
            select id, created_at, seen_at, revoked_at, agent, ip, methods from identity.sessions
             where account = :account order by id
            """, Map.of("account", account), row -> new SignedIn(Objects.requireNonNull(row.get("id", UUID.class)),
            at(row, "created_at"), at(row, "seen_at"), row.get("revoked_at", Instant.class),
            row.get("agent", String.class), row.get("ip", String.class),
            List.of(Objects.requireNonNull(row.get("methods", String[].class))))));
    }

    @Override public Mono<Void> erase(UUID account) {
        return messaging.commit(Change.of(Piece.of("""
            account_erased as (
                update identity.accounts
                   set email_blind = null, email_sealed = null, about_sealed = null, phone_blind = null,
                       password = null, status = 'ERASED', email_verified_at = null, epoch = epoch + 1
                 where id = :erased),
            tokens_erased as (
                delete from identity.refresh_tokens where session in (
                    select id from identity.sessions where account = :erased)),
            sessions_erased as (
                update identity.sessions set agent = null, ip = null, revoked_at = coalesce(revoked_at, :erased_at),
                       reason = coalesce(reason, 'erased')
                 where account = :erased),
            roles_erased as (
                delete from identity.account_roles where account = :erased)""")
            .bind("erased", account).bind("erased_at", clock.instant()))
            .tells(new IdentityEvent.SessionsEnded(ids.next(), account, null, null, ERASED, clock.instant()))).then();
    }

    private Kept kept(UUID account, Readable row) {
        PersonSeals.Person person = seals.opened(account, row);
        PersonSeals.About about = person.about();
        return new Kept(account, person.email(), about.firstName(), about.lastName(), about.phone(),
            text(row, "status"), at(row, "created_at"),
            List.of(Objects.requireNonNull(row.get("roles", String[].class))));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }

    private static Instant at(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, Instant.class), column);
    }
}
