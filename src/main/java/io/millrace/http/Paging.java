package io.millrace.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/// Which part of a list is asked for: `?page=&per_page=`, or `?cursor=` to go on by keyset. Everything wrong about them
/// is one 422.
public record Paging(int page, int perPage, Optional<List<String>> cursor) {
    public static final int PER_PAGE = 20;
    public static final int PER_PAGE_MAX = 100;
    /// Counting this far is what an offset costs; further on there is the cursor.
    public static final int ROWS_SKIPPED_MAX = 100_000;
    private static final int CURSOR_CHARS_MAX = 1_024;
    private static final int CURSOR_KEYS_MAX = 8;
    private static final String NOT_OURS = "is not a cursor of this list";

    public static Paging of(ServerRequest request) {
        Fields fields = new Fields();
        int perPage = number(fields, request, "per_page", PER_PAGE, PER_PAGE_MAX);
        int page = number(fields, request, "page", 1, Integer.MAX_VALUE);
        Optional<List<String>> cursor = request.queryParam("cursor").map(text -> cursor(fields, text));
        if (cursor.isPresent() && request.queryParam("page").isPresent())
            fields.wrong("page", "goes without a cursor");
        if (fields.isClean() && (page - 1L) * perPage > ROWS_SKIPPED_MAX)
            fields.wrong("page", "is too far: go on with next_cursor");
        fields.orRefuse();
        return new Paging(page, perPage, cursor);
    }

    /// The id after which a list that is ordered by id goes on; null at its beginning.
    public @Nullable UUID after() {
        if (cursor.isEmpty()) return null;
        List<String> keys = cursor.get();
        return Optional.of(keys).filter(all -> all.size() == 1).flatMap(all -> Ids.read(all.getFirst()))
            .orElseThrow(() -> new ProblemException(Problem.invalid("cursor", NOT_OURS)));
    }

    public long offset() {
        return (page - 1L) * perPage;
    }

    /// An opaque cursor from the keys of the last row shown.
    public static String cursor(Object... keys) {
        List<String> texts = new ArrayList<>();
        for (Object key : keys) texts.add(key.toString());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(texts));
    }

    /// A page whose total is known; `nextCursor` when the list can be continued by keyset.
    public Reply.Pagination totals(long total, @Nullable String nextCursor) {
        int pages = (int) Math.min(Integer.MAX_VALUE, (total + perPage - 1) / perPage);
        return new Reply.Pagination(page, perPage, total, pages, page < pages ? page + 1 : null,
            page > 1 ? Math.min(page - 1, Math.max(1, pages)) : null, nextCursor);
    }

    /// A piece of a list read by cursor, without totals.
    public Reply.Pagination piece(@Nullable String nextCursor) {
        return new Reply.Pagination(null, perPage, null, null, null, null, nextCursor);
    }

    /// The reply with its pagination and a `Link` header (RFC 8288).
    public Mono<Reply> reply(ServerRequest request, List<?> data, Reply.Pagination pagination) {
        List<String> links = new ArrayList<>();
        if (pagination.prevPage() != null) links.add(link(request, "page", pagination.prevPage(), "prev"));
        if (pagination.nextPage() != null) links.add(link(request, "page", pagination.nextPage(), "next"));
        else if (pagination.nextCursor() != null) links.add(link(request, "cursor", pagination.nextCursor(), "next"));
        return Reply.page(data, pagination)
            .map(reply -> links.isEmpty() ? reply : reply.header("Link", String.join(", ", links)));
    }

    private static String link(ServerRequest request, String name, Object value, String rel) {
        String query = UriComponentsBuilder.newInstance().query(request.uri().getRawQuery())
            .replaceQueryParam("page").replaceQueryParam("cursor").queryParam(name, value).build().toUriString();
        return "<" + request.path() + query + ">; rel=\"" + rel + "\"";
    }

    private static int number(Fields fields, ServerRequest request, String name, int usual, int max) {
        String text = request.queryParam(name).orElse("");
        if (text.isEmpty()) return usual;
        if (!text.matches("\\d{1,10}") || Long.parseLong(text) < 1 || Long.parseLong(text) > max) {
            fields.wrong(name, "is a whole number from 1 to " + max);
            return usual;
        }
        return Integer.parseInt(text);
    }

    private static List<String> cursor(Fields fields, String text) {
        try {
            if (text.length() <= CURSOR_CHARS_MAX) {
                String[] keys = Json.OURS.readValue(new String(Base64.getUrlDecoder().decode(text),
                    StandardCharsets.UTF_8), String[].class);
                if (keys != null && keys.length > 0 && keys.length <= CURSOR_KEYS_MAX
                    && Stream.of(keys).allMatch(Paging::isKey)) return List.of(keys);
            }
        } catch (IllegalArgumentException | JacksonException e) {
            // falls through: one answer for everything that is no cursor of ours
        }
        fields.wrong("cursor", NOT_OURS);
        return List.of();
    }

    private static boolean isKey(@Nullable String key) {
        return key != null && key.indexOf('\0') < 0;
    }
}
