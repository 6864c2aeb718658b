package io.millrace.identity;

import io.millrace.audit.Audit;
import io.millrace.http.Caller.Realm;
import io.millrace.http.Ids;
import io.millrace.messaging.Change;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.Readable;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The roles and what they grant, to be looked at and changed.
final class RoleAdmin {
    private static final String SELECT = """
        select r.code, r.description, r.realm, r.version,
               array(select permission from identity.permissions where role = r.code) as may
          from identity.roles r
         """;

    private final Postgres postgres;
    private final Messaging messaging;
    private final Audit audit;
    private final Ids ids;
    private final InstantSource clock;

    RoleAdmin(Postgres postgres, Messaging messaging, Audit audit, Ids ids, InstantSource clock) {
        this.postgres = postgres;
        this.messaging = messaging;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    record Role(String code, String description, Realm realm, long version, Set<String> permissions) {}

    Flux<Role> all() {
        return postgres.query(SELECT + "order by r.realm desc, r.code", Map.of(), RoleAdmin::role);
    }

    Mono<Role> one(String code) {
        return postgres.query(SELECT + "where r.code = :code", Map.of("code", code), RoleAdmin::role).singleOrEmpty();
    }

    /// The role as it is afterwards; refused as [Refused#STALE] when somebody was faster.
    Mono<Role> change(ServerRequest request, Role role, Set<String> wanted) {
        Piece piece = Piece.of("""
            role_row as (
                update identity.roles set version = version + 1
                 where code = :role and version = :role_version returning code),
            permissions_taken as (
                delete from identity.permissions where role = :role and permission <> all(:wanted::text[])),
            permissions_given as (
                insert into identity.permissions (role, permission)
                select code, unnest(:wanted::text[]) from role_row on conflict do nothing)""")
            .bind("role", role.code()).bind("role_version", role.version())
            .bind("wanted", wanted.toArray(String[]::new))
            .check("exists (select from role_row)", Refused.STALE);
        return messaging.commit(Change.of(piece, audit.entry(request, "role.change", "role:" + role.code(),
            Map.of("permissions", SignInReply.sorted(role.permissions())),
            Map.of("permissions", SignInReply.sorted(wanted))))
            .tells(new IdentityEvent.RoleChanged(ids.next(), role.code(), role.version() + 1, clock.instant())))
            .then(Mono.defer(() -> one(role.code())));
    }

    private static Role role(Readable row) {
        return new Role(text(row, "code"), text(row, "description"), Realm.valueOf(text(row, "realm")),
            Objects.requireNonNull(row.get("version", Long.class)),
            Set.of(Objects.requireNonNull(row.get("may", String[].class))));
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }
}
