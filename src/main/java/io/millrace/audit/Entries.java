package io.millrace.audit;

import static java.util.Objects.requireNonNull;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The entries' table. Rows are added, never changed.
final class Entries {
    private final Postgres postgres;

    Entries(Postgres postgres) {
        this.postgres = postgres;
    }

    /// What the shop's people filter by; `before` is the position that a page ends above.
    record Filter(@Nullable UUID actor, @Nullable String action, @Nullable String object, @Nullable String requestId,
        @Nullable Instant from, @Nullable Instant until, @Nullable Long before) {}

    /// An entry as it lies there; `sequence` is its place in the chain, null while it is not sealed.
    record Row(long position, Entry entry, @Nullable Long sequence) {}

    static Piece insert(Entry entry) {
        return Piece.of("""
            audit_entry{i} as (
                insert into audit.entries (at, kind, actor, action, object, before, after, request_id, address)
                values (:audit_at, :audit_kind, :audit_actor, :audit_action, :audit_object, :audit_before::jsonb,
                        :audit_after::jsonb, :audit_request, :audit_address)
                returning position),
            audit_waiting{i} as (insert into audit.waiting (position) select position from audit_entry{i})""")
            .bind("audit_at", entry.at()).bind("audit_kind", entry.kind())
            .bind("audit_actor", entry.actor(), UUID.class).bind("audit_action", entry.action())
            .bind("audit_object", entry.object()).bind("audit_before", entry.before(), String.class)
            .bind("audit_after", entry.after(), String.class).bind("audit_request", entry.requestId())
            .bind("audit_address", entry.address());
    }

    Mono<Long> insert(List<Entry> entries) {
        return postgres.update("""
            with added as (
                insert into audit.entries (at, kind, actor, action, object, before, after, request_id, address)
                select at, kind, nullif(actor, '')::uuid, action, object, nullif(before, '')::jsonb,
                       nullif(after, '')::jsonb, request_id, address
                  from unnest(:at::timestamptz[], :kind::text[], :actor::text[], :action::text[], :object::text[],
                              :before::text[], :after::text[], :request::text[], :address::text[])
                       with ordinality as told(at, kind, actor, action, object, before, after, request_id, address,
                                               place)
                 order by place
                returning position)
            insert into audit.waiting (position) select position from added
            """, Map.of("at", texts(entries, entry -> entry.at().toString()), "kind", texts(entries, Entry::kind),
            "actor", texts(entries, Entry::actor), "action", texts(entries, Entry::action),
            "object", texts(entries, Entry::object), "before", texts(entries, Entry::before),
            "after", texts(entries, Entry::after), "request", texts(entries, Entry::requestId),
            "address", texts(entries, Entry::address)));
    }

    /// Newest first.
    Flux<Row> list(Filter filter, int limit) {
        Map<String, Object> binds = new HashMap<>();
        binds.put("actor", orNull(filter.actor(), UUID.class));
        binds.put("action", orNull(filter.action(), String.class));
        binds.put("object", orNull(filter.object(), String.class));
        binds.put("request", orNull(filter.requestId(), String.class));
        binds.put("from", orNull(filter.from(), Instant.class));
        binds.put("until", orNull(filter.until(), Instant.class));
        binds.put("before", orNull(filter.before(), Long.class));
        binds.put("limit", limit);
        return postgres.query("""
            select e.position, e.at, e.kind, e.actor, e.action, e.object, e.before::text as before,
                   e.after::text as after, e.request_id, e.address, s.sequence
              from audit.entries e left join audit.seals s on s.entry = e.position
             where (:actor::uuid is null or e.actor = :actor)
               and (:action::text is null or e.action = :action or starts_with(e.action, :action || '.'))
               and (:object::text is null or e.object = :object)
               and (:request::text is null or e.request_id = :request)
               and (:from::timestamptz is null or e.at >= :from) and (:until::timestamptz is null or e.at < :until)
               and (:before::bigint is null or e.position < :before)
             order by e.position desc limit :limit
            """, binds, Entries::row);
    }

    private static Row row(Readable row) {
        return new Row(requireNonNull(row.get("position", Long.class)),
            new Entry(requireNonNull(row.get("at", Instant.class)), text(row, "kind"), row.get("actor", UUID.class),
                text(row, "action"), text(row, "object"), row.get("before", String.class),
                row.get("after", String.class), text(row, "request_id"), text(row, "address")),
            row.get("sequence", Long.class));
    }

    private static String[] texts(List<Entry> entries, Function<Entry, @Nullable Object> part) {
        return entries.stream().map(part).map(value -> value == null ? "" : value.toString()).toArray(String[]::new);
    }

    private static Object orNull(@Nullable Object value, Class<?> type) {
        return value == null ? Parameters.in(type) : value;
    }

    private static String text(Readable row, String name) {
        return requireNonNull(row.get(name, String.class), name);
    }
}
