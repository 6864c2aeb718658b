package io.millrace.audit;

import static io.millrace.http.Access.needs;

import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.http.Paging;
import io.millrace.http.Reply;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/// The account of who did what, for who may read it.
final class AuditRoutes {
    private static final String READ = "audit:read";
    private static final Pattern HEAD = Pattern.compile("\\d{1,18}:[0-9a-f]{64}");
    private static final int TEXT_CHARS_MAX = 200;

    private final Entries entries;
    private final Seals seals;

    AuditRoutes(Entries entries, Seals seals) {
        this.entries = entries;
        this.seals = seals;
    }

    RouterFunction<ServerResponse> table(Api api) {
        return api.table("/admin/audit", rows -> {
            rows.GET("", needs(READ), this::list);
            rows.GET("/verify", needs(READ), this::verify);
        });
    }

    /// `sequence` is the place in the chain; absent while the entry is not sealed.
    record EntryView(String id, Instant at, String kind, @Nullable UUID actor, String action, String object,
        @Nullable JsonNode before, @Nullable JsonNode after, String requestId, String address, boolean sealed,
        @Nullable Long sequence) {
        static EntryView of(Entries.Row row) {
            Entry entry = row.entry();
            return new EntryView(Long.toString(row.position()), entry.at(), entry.kind(), entry.actor(),
                entry.action(), entry.object(), json(entry.before()), json(entry.after()), entry.requestId(),
                entry.address(), row.sequence() != null, row.sequence());
        }

        private static @Nullable JsonNode json(@Nullable String text) {
            return text == null ? null : Json.OURS.readTree(text);
        }
    }

    private Mono<Reply> list(ServerRequest request) {
        Paging paging = Paging.of(request);
        Fields fields = new Fields();
        UUID actor = request.queryParam("actor").map(text -> Ids.read(text).orElseGet(() -> {
            fields.wrong("actor", "is not an id");
            return new UUID(0, 0);
        })).orElse(null);
        var filter = new Entries.Filter(actor, text(fields, request, "action"), text(fields, request, "object"),
            text(fields, request, "request_id"), time(fields, request, "from"), time(fields, request, "to"),
            before(fields, paging));
        fields.orRefuse();
        return entries.list(filter, paging.perPage() + 1).collectList()
            .flatMap(read -> page(request, paging, read));
    }

    private static Mono<Reply> page(ServerRequest request, Paging paging, List<Entries.Row> read) {
        boolean more = read.size() > paging.perPage();
        List<Entries.Row> shown = more ? read.subList(0, paging.perPage()) : read;
        return paging.reply(request, shown.stream().map(EntryView::of).toList(),
            paging.piece(more ? Paging.cursor(shown.getLast().position()) : null));
    }

    private Mono<Reply> verify(ServerRequest request) {
        String kept = request.queryParam("head").orElse("");
        Fields fields = new Fields();
        if (!kept.isEmpty() && !HEAD.matcher(kept).matches())
            fields.wrong("head", "is what an earlier verification answered as head");
        fields.orRefuse();
        return seals.verify(kept).flatMap(Reply::ok).map(reply -> reply.header("Cache-Control", "no-store"));
    }

    private static @Nullable Long before(Fields fields, Paging paging) {
        if (paging.cursor().isEmpty()) return null;
        String key = paging.cursor().get().getFirst();
        if (key.matches("\\d{1,18}")) return Long.parseLong(key);
        fields.wrong("cursor", "is not a cursor of this list");
        return null;
    }

    private static @Nullable String text(Fields fields, ServerRequest request, String name) {
        return fields.optionalText(name, request.queryParam(name).orElse(null), TEXT_CHARS_MAX);
    }

    private static @Nullable Instant time(Fields fields, ServerRequest request, String name) {
        String text = request.queryParam(name).orElse("");
        if (text.isEmpty()) return null;
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            fields.wrong(name, "is a time such as 2026-01-31T12:00:00Z");
            return null;
        }
    }
}
