package io.millrace.ordering;

import io.millrace.http.Ids;
import io.millrace.http.Problem;
import io.millrace.http.ProblemException;
import io.millrace.http.Reply;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// How a list of orders was asked for: a page by its number, or what comes after a cursor at constant cost.
record Listing(int page, int perPage, @Nullable UUID cursor) {
    private static final int PER_PAGE = 20;
    private static final int PER_PAGE_MAX = 100;
    /// Pages beyond this are for the cursor.
    private static final int PAGE_MAX = 1_000;
    private static final int STREAM_ROWS = 200;

    static Listing of(ServerRequest request) {
        UUID cursor = request.queryParam("cursor").map(text -> Ids.read(text)
            .orElseThrow(() -> new ProblemException(Problem.invalid("cursor", "is not a cursor of this list"))))
            .orElse(null);
        return new Listing(number(request, "page", 1, PAGE_MAX), number(request, "per_page", PER_PAGE, PER_PAGE_MAX),
            cursor);
    }

    static boolean isStream(ServerRequest request) {
        String accept = request.headers().firstHeader("Accept");
        return accept != null && accept.contains("application/x-ndjson");
    }

    /// Every match, one keyset page after the other, no faster than the reader reads.
    static Mono<Reply> stream(Function<Orders.Page, Flux<OrderView>> read) {
        Flux<OrderView> all = page(read, null).expand(page -> page.size() < STREAM_ROWS ? Mono.empty()
            : page(read, page.getLast().id())).concatMapIterable(page -> page, 1);
        return Reply.lines(all);
    }

    /// One row more than shown is read, to know whether there is a next page.
    Orders.Page rows() {
        return new Orders.Page(cursor, perPage + 1, cursor == null ? (page - 1) * perPage : 0);
    }

    Mono<Reply> reply(List<OrderView> read, @Nullable Long total) {
        boolean more = read.size() > perPage;
        List<OrderView> shown = more ? read.subList(0, perPage) : read;
        String next = more ? shown.getLast().id().toString() : null;
        if (cursor != null || total == null)
            return Reply.page(shown, new Reply.Pagination(cursor == null ? page : null, perPage, null, null, null, null,
                next));
        int pages = (int) Math.max(1, (total + perPage - 1) / perPage);
        return Reply.page(shown, new Reply.Pagination(page, perPage, total, pages, more ? page + 1 : null,
            page > 1 ? page - 1 : null, next));
    }

    private static Mono<List<OrderView>> page(Function<Orders.Page, Flux<OrderView>> read, @Nullable UUID before) {
        return read.apply(new Orders.Page(before, STREAM_ROWS, 0)).collectList();
    }

    private static int number(ServerRequest request, String name, int usual, int max) {
        String text = request.queryParam(name).orElse("");
        if (text.isEmpty()) return usual;
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > max)
            throw new ProblemException(Problem.invalid(name, "is 1 to " + max));
        return Integer.parseInt(text);
    }
}
