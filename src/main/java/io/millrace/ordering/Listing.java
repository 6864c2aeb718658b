package io.millrace.ordering;

import io.millrace.http.Paging;
import io.millrace.http.Reply;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// How a list of orders was asked for: a page by its number, or what comes after a cursor at constant cost.
record Listing(ServerRequest request, Paging paging, @Nullable UUID cursor) {
    private static final int STREAM_ROWS = 200;

    static Listing of(ServerRequest request) {
        Paging paging = Paging.of(request);
        return new Listing(request, paging, paging.after());
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
        return new Orders.Page(cursor, paging.perPage() + 1, (int) paging.offset());
    }

    Mono<Reply> reply(List<OrderView> read, @Nullable Long total) {
        boolean more = read.size() > paging.perPage();
        List<OrderView> shown = more ? read.subList(0, paging.perPage()) : read;
        String next = more ? Paging.cursor(shown.getLast().id()) : null;
        return paging.reply(request, shown,
            cursor != null || total == null ? paging.piece(next) : paging.totals(total, next));
    }

    private static Mono<List<OrderView>> page(Function<Orders.Page, Flux<OrderView>> read, @Nullable UUID before) {
        return read.apply(new Orders.Page(before, STREAM_ROWS, 0)).collectList();
    }
}
