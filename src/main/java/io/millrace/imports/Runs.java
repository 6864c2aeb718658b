package io.millrace.imports;

import io.millrace.http.Json;
import io.millrace.imports.ImportEvent.Tally;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The cellar: runs of imports and the lines they could not take.
final class Runs {
    private static final int LISTED_MAX = 100;

    private final Postgres postgres;

    Runs(Postgres postgres) {
        this.postgres = postgres;
    }

    record Run(UUID id, String channel, String format, String status, long line, Tally tally, String reason,
        long version, Instant startedAt, @Nullable Instant endedAt) {}

    record Refusal(long line, String key, Object errors) {}

    static Piece start(UUID id, String channel, Format format, @Nullable UUID by, Instant now) {
        return Piece.of("""
            run as (
                insert into imports.runs (id, channel, format, status, started_by, started_at)
                values (:run_id, :run_channel, :run_format, 'running', :run_by, :run_at))""")
            .bind("run_id", id).bind("run_channel", channel).bind("run_format", format.word())
            .bind("run_by", by, UUID.class).bind("run_at", now);
    }

    /// Takes a run that was cut off up again; refused as stale when it is done, or somebody else took it up.
    static Piece resume(Run run) {
        return moved(run.id(), run.version(), "running", run.line(), Tally.NONE, "", List.of(), null);
    }

    static Piece advance(UUID id, long version, long line, Tally more, List<Entry> refused) {
        return moved(id, version, "running", line, more, "", refused, null);
    }

    static Piece end(UUID id, long version, long line, boolean whole, String reason, Instant now) {
        return moved(id, version, whole ? "done" : "interrupted", line, Tally.NONE, reason, List.of(), now);
    }

    private static Piece moved(UUID id, long version, String status, long line, Tally more, String reason,
        List<Entry> refused, @Nullable Instant ended) {
        List<Refusal> rows = refused.stream().map(entry -> new Refusal(entry.lines().getFirst(), entry.key(),
            ((Entry.Content.Refused) entry.content()).errors())).toList();
        return Piece.of("""
            run as (
                update imports.runs
                   set status = :run_status, line = :run_line, created = created + :run_created,
                       changed = changed + :run_changed, unchanged = unchanged + :run_unchanged,
                       refused = refused + :run_refused, reason = :run_reason, ended_at = :run_ended,
                       version = version + 1
                 where id = :run_id and version = :run_version and status <> 'done'
                returning 1),
            run_refusals as (
                insert into imports.refusals (run, line, key, errors)
                select :run_id, line, left(key, 200), errors
                  from jsonb_to_recordset(:run_rows::jsonb) as r(line bigint, key text, errors jsonb)
                on conflict (run, line) do nothing)""")
            .bind("run_id", id).bind("run_version", version).bind("run_status", status).bind("run_line", line)
            .bind("run_created", more.created()).bind("run_changed", more.changed())
            .bind("run_unchanged", more.unchanged()).bind("run_refused", more.refused())
            .bind("run_reason", reason).bind("run_ended", ended, Instant.class)
            .bind("run_rows", new String(Json.bytes(rows), StandardCharsets.UTF_8))
            .check("exists (select from run)", Refused.STALE);
    }

    Mono<Run> find(UUID id) {
        return postgres.query("select * from imports.runs where id = :id", Map.of("id", id), Runs::run).singleOrEmpty();
    }

    Mono<List<Run>> latest() {
        return postgres.query("select * from imports.runs order by started_at desc limit :limit",
            Map.of("limit", LISTED_MAX), Runs::run).collectList();
    }

    Flux<Refusal> refusals(UUID id, long afterLine, int limit) {
        return postgres.query("""
            select line, key, errors::text as errors from imports.refusals
             where run = :run and line > :after order by line limit :limit
            """, Map.of("run", id, "after", afterLine, "limit", limit), row -> new Refusal(
            value(row, "line", Long.class), value(row, "key", String.class),
            Json.OURS.readValue(value(row, "errors", String.class), Object.class)));
    }

    private static Run run(Readable row) {
        return new Run(value(row, "id", UUID.class), value(row, "channel", String.class),
            value(row, "format", String.class), value(row, "status", String.class), value(row, "line", Long.class),
            new Tally(value(row, "created", Long.class), value(row, "changed", Long.class),
                value(row, "unchanged", Long.class), value(row, "refused", Long.class)),
            value(row, "reason", String.class), value(row, "version", Long.class),
            value(row, "started_at", Instant.class), row.get("ended_at", Instant.class));
    }

    private static <T> T value(Readable row, String name, Class<T> type) {
        return Objects.requireNonNull(row.get(name, type), name);
    }
}
