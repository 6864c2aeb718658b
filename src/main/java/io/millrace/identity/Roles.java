package io.millrace.identity;

import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import reactor.core.publisher.Mono;

/// Which permissions each role grants: data, read again at most every [#KEPT].
final class Roles {
    /// How soon a changed role takes effect on every node.
    static final Duration KEPT = Duration.ofSeconds(30);

    private final Postgres postgres;
    private final Mono<Map<String, Set<String>>> granted;
    private volatile Map<String, Set<String>> last = Map.of();

    Roles(Postgres postgres) {
        this.postgres = postgres;
        this.granted = Mono.defer(this::read).onErrorResume(io.r2dbc.spi.R2dbcException.class, this::lastKnown)
            .cache(KEPT);
    }

    Mono<Set<String>> permissions(Set<String> roles) {
        return granted.map(all -> {
            Set<String> sum = new HashSet<>();
            for (String role : roles) sum.addAll(all.getOrDefault(role, Set.of()));
            return Set.copyOf(sum);
        });
    }

    private Mono<Map<String, Set<String>>> read() {
        return postgres.query("select role, permission from identity.permissions", Map.of(),
            row -> Map.entry(text(row.get("role", String.class)), text(row.get("permission", String.class))))
            .collect(HashMap<String, Set<String>>::new,
                (all, grant) -> all.computeIfAbsent(grant.getKey(), role -> new HashSet<>()).add(grant.getValue()))
            .map(all -> last = all);
    }

    /// A database that is away does not take anybody's permissions; it will refuse the work itself.
    private Mono<Map<String, Set<String>>> lastKnown(Throwable away) {
        return last.isEmpty() ? Mono.error(away) : Mono.just(last);
    }

    private static String text(@org.jspecify.annotations.Nullable String value) {
        return Objects.requireNonNull(value);
    }
}
