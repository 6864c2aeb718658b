package io.millrace.sandbox;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/// What people consented to at the simulated providers: a code, good once and for a minute, then an access token.
final class SignIns {
    private static final Duration CODE_LIFE = Duration.ofMinutes(1);

    private final Postgres postgres;
    private final InstantSource clock;

    SignIns(Postgres postgres, InstantSource clock) {
        this.postgres = postgres;
        this.clock = clock;
    }

    /// A consent, and whether its code is still good.
    record SignIn(String access, JsonNode doc, boolean fresh) {}

    Mono<String> open(JsonNode doc) {
        String code = Ids.token();
        return postgres.update("""
            insert into sandbox.sign_ins (code, access, doc, created) values (:code, :access, :doc::jsonb, :now)
            """, Map.of("code", code, "access", Ids.token(), "doc", doc.toString(), "now", clock.instant()))
            .thenReturn(code);
    }

    /// Uses a code up; the second use finds a stale one.
    Mono<SignIn> redeem(String code) {
        return postgres.query("""
            with before as (select code, used_at from sandbox.sign_ins where code = :code for update)
            update sandbox.sign_ins s set used_at = :now from before b where s.code = b.code
            returning s.access, s.doc::text as doc, b.used_at is null and s.created > :oldest as fresh
            """, Map.of("code", code, "now", clock.instant(), "oldest", clock.instant().minus(CODE_LIFE)),
            row -> new SignIn(requireNonNull(row.get("access", String.class)),
                Json.OURS.readTree(requireNonNull(row.get("doc", String.class))),
                Boolean.TRUE.equals(row.get("fresh", Boolean.class))))
            .singleOrEmpty();
    }

    /// Whose access token this is; only redeemed codes have given one out.
    Mono<JsonNode> byAccess(String access) {
        return postgres.query("""
            select doc::text as doc from sandbox.sign_ins where access = :access and used_at is not null
            """, Map.of("access", access), row -> Json.OURS.readTree(requireNonNull(row.get("doc", String.class))))
            .singleOrEmpty();
    }
}
