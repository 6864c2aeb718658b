package io.millrace.sandbox;

import static java.util.Objects.requireNonNull;

import io.millrace.http.Json;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/// The simulated Stripe's memory.
final class StripeStore {
    static final String KEY_USED = "key_used";
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final Postgres postgres;

    StripeStore(Postgres postgres) {
        this.postgres = postgres;
    }

    record Intent(ObjectNode doc, @Nullable ObjectNode charge, int version) {}

    record Saved(String print, int status, String body) {}

    record Delivery(long id, String event, String body, int attempts) {}

    Mono<Intent> intent(String id) {
        return postgres.query("""
            select doc::text as doc, charge::text as charge, version from sandbox.intents where id = :id
            """, Map.of("id", id), row -> new Intent(requireNonNull(node(row, "doc")), node(row, "charge"),
            requireNonNull(row.get("version", Integer.class)))).singleOrEmpty();
    }

    Mono<ObjectNode> refund(String id, Instant now) {
        return postgres.query("""
            select case when later_at <= :now then later_doc else doc end::text as doc
              from sandbox.refunds where id = :id
            """, Map.of("id", id, "now", now), row -> requireNonNull(node(row, "doc"))).singleOrEmpty();
    }

    Flux<ObjectNode> refunds(String intent, Instant now) {
        return postgres.query("""
            select case when later_at <= :now then later_doc else doc end::text as doc
              from sandbox.refunds where intent = :intent order by created desc, id desc
            """, Map.of("intent", intent, "now", now), row -> requireNonNull(node(row, "doc")));
    }

    Mono<Saved> saved(String key) {
        return postgres.query("select print, status, body from sandbox.idempotency where key = :key",
            Map.of("key", key), row -> new Saved(text(row, "print"),
                requireNonNull(row.get("status", Integer.class)), text(row, "body")))
            .singleOrEmpty();
    }

    Mono<Void> run(Write write) {
        return postgres.run(write).then();
    }

    static Piece key(String key, String print, int status, String body, Instant now) {
        return Piece.of("""
            key_row as (
                insert into sandbox.idempotency (key, print, status, body, created)
                values (:key, :print, :status, :body, :now) on conflict (key) do nothing returning 1)""")
            .bind("key", key).bind("print", print).bind("status", status).bind("body", body).bind("now", now)
            .check("exists (select from key_row)", KEY_USED);
    }

    static Piece insert(ObjectNode intent, Instant now) {
        return Piece.of("""
            intent_row as (insert into sandbox.intents (id, doc, created) values (:id, :doc::jsonb, :now))""")
            .bind("id", intent.path("id").asString()).bind("doc", intent.toString()).bind("now", now);
    }

    static Piece update(Intent before, ObjectNode doc, @Nullable ObjectNode charge) {
        return Piece.of("""
            intent_moved as (
                update sandbox.intents set doc = :doc::jsonb, charge = :charge::jsonb, version = version + 1
                 where id = :id and version = :version returning 1)""")
            .bind("id", doc.path("id").asString()).bind("doc", doc.toString())
            .bind("charge", charge == null ? null : charge.toString(), String.class)
            .bind("version", before.version())
            .check("exists (select from intent_moved)", Refused.STALE);
    }

    static Piece insertRefund(ObjectNode refund, @Nullable ObjectNode later, @Nullable Instant laterAt, Instant now) {
        return Piece.of("""
            refund_row as (
                insert into sandbox.refunds (id, intent, doc, later_doc, later_at, created)
                values (:id, :intent, :doc::jsonb, :later::jsonb, :later_at, :now))""")
            .bind("id", refund.path("id").asString()).bind("intent", refund.path("payment_intent").asString())
            .bind("doc", refund.toString()).bind("later", later == null ? null : later.toString(), String.class)
            .bind("later_at", laterAt, Instant.class).bind("now", now);
    }

    /// One delivery for each element; the same event may be there twice.
    static Piece deliver(List<ObjectNode> events, List<Instant> due) {
        return Piece.of("""
            events_sent as (
                insert into sandbox.deliveries (event, type, body, due_at)
                select * from unnest(:events::text[], :types::text[], :bodies::text[], :due::timestamptz[]))""")
            .bind("events", events.stream().map(event -> event.path("id").asString()).toArray(String[]::new))
            .bind("types", events.stream().map(event -> event.path("type").asString()).toArray(String[]::new))
            .bind("bodies", events.stream().map(ObjectNode::toString).toArray(String[]::new))
            .bind("due", due.stream().map(Instant::toString).toArray(String[]::new));
    }

    Flux<Delivery> due(Instant now, int limit) {
        return postgres.query("""
            update sandbox.deliveries set due_at = :lease, attempts = attempts + 1
             where id in (select id from sandbox.deliveries where due_at <= :now
                           order by due_at limit :limit for update skip locked)
            returning id, event, body, attempts
            """, Map.of("lease", now.plus(LEASE), "now", now, "limit", limit),
            row -> new Delivery(requireNonNull(row.get("id", Long.class)), text(row, "event"), text(row, "body"),
                requireNonNull(row.get("attempts", Integer.class))));
    }

    Mono<Void> delivered(long id, String last, @Nullable Instant again) {
        return postgres.update("update sandbox.deliveries set due_at = :again, last = :last where id = :id",
            Map.of("id", id, "last", last,
                "again", again == null ? io.r2dbc.spi.Parameters.in(Instant.class) : again))
            .then();
    }

    private static @Nullable ObjectNode node(Readable row, String column) {
        String text = row.get(column, String.class);
        return text == null ? null : (ObjectNode) Json.OURS.readTree(text);
    }

    private static String text(Readable row, String column) {
        return requireNonNull(row.get(column, String.class), column);
    }
}
