package io.millrace.messaging;

import io.millrace.audit.Audit;
import io.millrace.http.Access;
import io.millrace.http.Api;
import io.millrace.http.Fields;
import io.millrace.http.Json;
import io.millrace.http.Problem;
import io.millrace.http.Reply;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Write;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Facts that could not be taken in, for admins; and the merchant's event log.
@Configuration(proxyBeanMethods = false)
class MessagingRoutes {
    private static final int PER_PAGE = 20;
    private static final int PER_PAGE_MAX = 100;
    private static final int EVENTS_MAX = 1_000;
    private static final Access ADMIN = Access.needs("messaging:admin");

    private final DeadLetters letters;
    private final Subscriptions subscriptions;
    private final EventLog events;
    private final Audit audit;

    MessagingRoutes(DeadLetters letters, Subscriptions subscriptions, EventLog events, Audit audit) {
        this.letters = letters;
        this.subscriptions = subscriptions;
        this.events = events;
        this.audit = audit;
    }

    @Bean RouterFunction<ServerResponse> deadLetterTable(Api api) {
        return api.table("/admin/dead-letters", rows -> {
            rows.GET("", ADMIN, this::list);
            rows.GET("/{id}", ADMIN, this::show);
            rows.POST("/replay", ADMIN, this::replayAll);
            rows.POST("/{id}/replay", ADMIN, this::replay);
            rows.DELETE("/{id}", ADMIN, this::discard);
        });
    }

    @Bean RouterFunction<ServerResponse> eventTable(Api api) {
        return api.table("/events", rows -> rows.GET("", Access.needs("events:read"), this::log));
    }

    /// A parked fact as admins see it.
    record LetterView(String id, String consumer, String type, String aggregate, long version, String cause,
        boolean behind, int tries, Instant parkedAt, String requestId, @Nullable JsonNode payload) {
        static LetterView of(DeadLetters.Letter letter) {
            Arrived fact = letter.fact();
            return new LetterView(Long.toString(letter.id()), letter.consumer(), fact.type(), fact.aggregate(),
                fact.version(), letter.cause(), letter.behind(), letter.tries(), letter.parkedAt(), fact.requestId(),
                json(fact.payload()));
        }
    }

    record EventView(String position, UUID id, String type, String aggregate, long version, Instant at,
        @Nullable JsonNode data) {
        static EventView of(Recorded fact) {
            return new EventView(Long.toString(fact.position()), fact.id(), fact.type(), fact.aggregate(),
                fact.version(), fact.at(), json(fact.payload()));
        }
    }

    record ReplayAll(@Nullable String consumer) {}

    private Mono<Reply> list(ServerRequest request) {
        Fields fields = new Fields();
        long after = number(fields, request, "cursor", 0, Long.MAX_VALUE);
        int limit = (int) number(fields, request, "per_page", PER_PAGE, PER_PAGE_MAX);
        fields.orRefuse();
        return letters.list(request.queryParam("consumer").orElse(""), after, limit).map(LetterView::of).collectList()
            .flatMap(page -> Reply.page(page, pages(page, limit, LetterView::id)));
    }

    private Mono<Reply> show(ServerRequest request) {
        return letters.find(id(request)).map(LetterView::of).flatMap(Reply::ok)
            .switchIfEmpty(Reply.refuse(Problem.notFound("Dead letter")));
    }

    private Mono<Reply> replay(ServerRequest request) {
        return letters.find(id(request))
            .flatMap(letter -> Mono.justOrEmpty(subscriptions.consumer(letter.consumer()))
                .<Reply>flatMap(consumer -> consumer.replay(letter, entry(request, "replay", letter))
                    .flatMap(this::answer)))
            .switchIfEmpty(Reply.refuse(Problem.notFound("Dead letter")));
    }

    private Mono<Reply> answer(Consumer.Replayed outcome) {
        return switch (outcome) {
            case DONE -> Reply.ok(Map.of("replayed", 1));
            case GONE -> Reply.refuse(Problem.notFound("Dead letter"));
            case FAILED -> Reply.refuse(Problem.conflict("still_failing", "It failed again; its cause is updated"));
            case NOT_FIRST -> Reply.refuse(Problem.conflict("not_first", "An earlier fact of the same aggregate is "
                + "parked; replay or discard that one first"));
        };
    }

    private Mono<Reply> replayAll(ServerRequest request) {
        ReplayAll wish = Api.body(request, ReplayAll.class);
        Fields fields = new Fields();
        String consumer = fields.text("consumer", wish.consumer(), 200);
        fields.orRefuse();
        return subscriptions.replayAll(consumer, letter -> entry(request, "replay", letter))
            .flatMap(done -> Reply.ok(Map.of("replayed", done)));
    }

    private Mono<Reply> discard(ServerRequest request) {
        return letters.find(id(request))
            .flatMap(letter -> letters.discard(letter.id(), piece(request, "discard", letter)))
            .filter(gone -> gone).flatMap(gone -> subscriptions.release().then(Reply.noContent()))
            .switchIfEmpty(Reply.refuse(Problem.notFound("Dead letter")));
    }

    private Write entry(ServerRequest request, String verb, DeadLetters.Letter letter) {
        return Write.of(piece(request, verb, letter));
    }

    private Piece piece(ServerRequest request, String verb, DeadLetters.Letter letter) {
        return audit.entry(request, "dead_letter." + verb, "dead_letter:" + letter.id(), Map.of("consumer",
            letter.consumer(), "fact", letter.fact().id(), "type", letter.fact().type(), "aggregate",
            letter.fact().aggregate(), "version", letter.fact().version()), null);
    }

    /// As a page, or with `Accept: application/x-ndjson` all that is settled, line by line.
    private Mono<Reply> log(ServerRequest request) {
        Fields fields = new Fields();
        long after = number(fields, request, "after", 0, Long.MAX_VALUE);
        int limit = (int) number(fields, request, "limit", PER_PAGE_MAX, EVENTS_MAX);
        fields.orRefuse();
        String accept = request.headers().firstHeader("Accept");
        if (accept != null && accept.contains("application/x-ndjson"))
            return Reply.lines(all(after).map(EventView::of));
        return events.after(after, limit).map(page -> page.stream().map(EventView::of).toList())
            .flatMap(page -> Reply.page(page, pages(page, limit, EventView::position)));
    }

    private Flux<Recorded> all(long after) {
        return events.after(after, EVENTS_MAX)
            .expand(page -> page.size() < EVENTS_MAX ? Mono.empty()
                : events.after(page.getLast().position(), EVENTS_MAX), 1)
            .concatMapIterable(page -> page);
    }

    /// The last item of a page is the cursor of the next, also of one that is not full: more may come.
    private static <T> Reply.Pagination pages(List<T> page, int limit, Function<T, String> cursor) {
        return new Reply.Pagination(null, limit, null, null, null, null,
            page.isEmpty() ? null : cursor.apply(page.getLast()));
    }

    private static long id(ServerRequest request) {
        String text = request.pathVariable("id");
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    private static long number(Fields fields, ServerRequest request, String name, long otherwise, long max) {
        String text = request.queryParam(name).orElse("");
        if (text.isEmpty()) return otherwise;
        if (text.matches("\\d{1,18}") && Long.parseLong(text) <= max) return Long.parseLong(text);
        fields.wrong(name, max == Long.MAX_VALUE ? "is not a cursor of ours" : "is a number up to " + max);
        return otherwise;
    }

    private static @Nullable JsonNode json(byte[] payload) {
        try {
            return Json.OURS.readTree(payload);
        } catch (JacksonException poison) {
            return Json.OURS.stringNode(new String(payload, StandardCharsets.UTF_8));
        }
    }
}
