package io.millrace.messaging;

import io.millrace.http.Json;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Refused;
import io.r2dbc.postgresql.api.PostgresqlException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/// The append to the log of facts, as a piece of the statement that makes them true.
final class Facts {
    /// The facts of an aggregate are numbered 1, 2, 3...; a number left out is a defect of the teller.
    static final String GAP = "fact_gap";
    /// A larger fact is refused when it is told: the broker would turn it away later and hold up all that follow.
    static final int FACT_BYTES_MAX = 4 * 1024 * 1024;
    private static final String REPEATED = "facts_aggregate_version_key";

    private Facts() {}

    static Piece piece(List<Fact> facts, String requestId, String traceparent) {
        // pg_current_xact_id() in the filter is evaluated before the first position is taken, so a transaction that
        // holds a position always has an id to be waited for: EventLog relies on it.
        return Piece.of("""
            facts_told as (
                insert into messaging.facts
                       (id, module, type, aggregate, version, at, request_id, traceparent, payload)
                select id, split_part(type, '.', 1), type, aggregate, version, at, :fact_request, :fact_trace,
                       payload::jsonb
                  from unnest(:fact_ids::uuid[], :fact_types::text[], :fact_aggregates::text[],
                              :fact_versions::bigint[], :fact_times::timestamptz[], :fact_payloads::text[])
                       with ordinality as told(id, type, aggregate, version, at, payload, place)
                 where pg_current_xact_id() is not null
                 order by place
                returning position),
            facts_waiting as (
                insert into messaging.outbox (position) select position from facts_told)""")
            .bind("fact_request", requestId).bind("fact_trace", traceparent)
            .bind("fact_ids", facts.stream().map(Fact::id).toArray(UUID[]::new))
            .bind("fact_types", facts.stream().map(Fact::type).toArray(String[]::new))
            .bind("fact_aggregates", facts.stream().map(Fact::aggregate).toArray(String[]::new))
            .bind("fact_versions", facts.stream().map(Fact::version).toArray(Long[]::new))
            .bind("fact_times", facts.stream().map(fact -> fact.at().toString()).toArray(String[]::new))
            .bind("fact_payloads", facts.stream().map(Facts::payload).toArray(String[]::new))
            .check("""
                not exists (
                    select from unnest(:fact_aggregates::text[], :fact_versions::bigint[]) as told(aggregate, version)
                     where version > 1
                       and not exists (select from messaging.facts before
                                        where before.aggregate = told.aggregate and before.version = told.version - 1)
                       and (aggregate, version - 1) not in (
                            select * from unnest(:fact_aggregates::text[], :fact_versions::bigint[])))""", GAP);
    }

    private static String payload(Fact fact) {
        byte[] json = Json.bytes(fact);
        if (json.length <= FACT_BYTES_MAX) return new String(json, StandardCharsets.UTF_8);
        throw new IllegalStateException("the fact " + fact.type() + " of " + fact.aggregate() + " is too large");
    }

    /// Two that tell the same number have both read the same state: the later one is stale. A gap is a defect.
    static Throwable refused(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause())
            if (cause instanceof PostgresqlException e
                && REPEATED.equals(e.getErrorDetails().getConstraintName().orElse("")))
                return new Refused(Refused.STALE);
        return error instanceof Refused refused && refused.is(GAP)
            ? new IllegalStateException("the facts of an aggregate must be numbered without gaps") : error;
    }
}
