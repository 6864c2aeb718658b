package io.millrace.identity;

import io.millrace.http.Caller.Realm;
import io.millrace.messaging.Fact;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// Which permissions each role grants: data, read again when a change was heard, and at most every [#KEPT] besides.
final class Roles {
    /// How soon a changed role takes effect on a node that did not hear of it, because Kafka is away.
    static final Duration KEPT = Duration.ofSeconds(30);

    private final Postgres postgres;
    private volatile Mono<Granted> granted = fresh();
    private volatile @Nullable Granted last;

    Roles(Postgres postgres) {
        this.postgres = postgres;
    }

    private record Role(Realm realm, Set<String> permissions) {}

    private record Holder(Set<String> roles, Realm realm) {}

    /// All roles at one moment, and what was summed up from them.
    private record Granted(Map<String, Role> roles, Map<Holder, Set<String>> sums) {
        Set<String> to(Holder holder) {
            return sums.computeIfAbsent(holder, asked -> {
                Set<String> sum = new HashSet<>();
                for (String code : asked.roles) {
                    Role role = roles.get(code);
                    if (role != null && (role.realm == Realm.CUSTOMER || asked.realm == Realm.STAFF))
                        sum.addAll(role.permissions);
                }
                return Set.copyOf(sum);
            });
        }
    }

    /// What the roles grant together to a token of that realm: to a customer's no role of the staff grants anything.
    Mono<Set<String>> permissions(Set<String> roles, Realm realm) {
        return granted.map(all -> all.to(new Holder(roles, realm)));
    }

    /// One of these that is no role at all.
    Mono<Optional<String>> unknown(Set<String> codes) {
        return granted.map(all -> codes.stream().filter(code -> !all.roles.containsKey(code)).findFirst());
    }

    void hear(Fact fact) {
        if (fact instanceof IdentityEvent.RoleChanged) granted = fresh();
    }

    private Mono<Granted> fresh() {
        return Mono.defer(this::read).onErrorResume(R2dbcException.class, this::lastKnown).cache(KEPT);
    }

    private Mono<Granted> read() {
        return postgres.query("""
            select r.code, r.realm, array(select permission from identity.permissions where role = r.code) as may
              from identity.roles r
            """, Map.of(), row -> Map.entry(text(row.get("code", String.class)),
            new Role(Realm.valueOf(text(row.get("realm", String.class))),
                Set.of(Objects.requireNonNull(row.get("may", String[].class))))))
            .collect(HashMap<String, Role>::new, (all, role) -> all.put(role.getKey(), role.getValue()))
            .map(all -> last = new Granted(Map.copyOf(all), new ConcurrentHashMap<>()));
    }

    /// A database that is away does not take anybody's permissions; it will refuse the work itself.
    private Mono<Granted> lastKnown(R2dbcException away) {
        Granted known = last;
        return known == null ? Mono.error(away) : Mono.just(known);
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNull(value);
    }
}
