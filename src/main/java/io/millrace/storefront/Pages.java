package io.millrace.storefront;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.millrace.channel.Channel;
import io.millrace.http.Json;
import io.millrace.http.Reply;
import io.millrace.money.Money;
import io.millrace.storefront.Ready.Stamp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/// Makes the whole bytes of each kind of answer, once, from what the cellar gives.
final class Pages {
    private static final int TOTALS_MAX = 10_000;
    private static final TypeReference<List<Shelves.Shelf>> SHELVES = new TypeReference<>() {};

    private final Shelves shelves;
    private final Freshness freshness;
    /// How many goods there are behind the same filters: pages of one list count once.
    private final Cache<String, Total> totals = Caffeine.newBuilder().maximumSize(TOTALS_MAX).build();

    Pages(Shelves shelves, Freshness freshness) {
        this.shelves = shelves;
        this.freshness = freshness;
    }

    private record Total(long total, Stamp[] stamps, long[] at) {}

    Mono<SharedPages.Content> list(String channel, Query query) {
        if (query.cursor() != null)
            return shelves.page(channel, query, false, ",").map(page -> content(
                page.cards(), null,
                new Reply.Pagination(null, query.perPage(), null, null, null, null, next(page, query))));
        Stamp[] stamps = freshness.ofLists(channel);
        long[] at = Ready.read(stamps);
        String filters = channel + "|" + query.filters();
        Total known = totals.getIfPresent(filters);
        boolean counted = known == null || !Arrays.equals(known.at, at);
        return shelves.page(channel, query, counted, ",").map(page -> {
            long total = counted || known == null ? page.total() : known.total;
            if (counted) totals.put(filters, new Total(total, stamps, at));
            return content(page.cards(), null, pagination(query, total, next(page, query)));
        });
    }

    Mono<SharedPages.Content> search(Channel channel, Query query) {
        return (query.words().isEmpty() ? Mono.just(new Shelves.Hits("", 0, 0, "{}"))
            : shelves.search(channel.code(), query)).map(
                hits -> content(hits.cards(),
                    facets(hits.facets(), channel), pagination(query, hits.total(), null)));
    }

    Mono<SharedPages.Content> featured(String channel) {
        return shelves.featured(channel).map(page -> content(page.cards(), null, null));
    }

    Mono<SharedPages.Content> detail(String channel, UUID id) {
        return shelves.detail(channel, id, "").map(detail -> new SharedPages.Content(200, detail.version(),
            Ready.utf8("{\"success\":true,\"data\":" + detail.json() + "}"))).defaultIfEmpty(absent());
    }

    /// Only where a slug leads.
    Mono<SharedPages.Content> bySlug(String channel, String slug) {
        if (slug.indexOf('\0') >= 0) return Mono.just(absent());
        return shelves.detail(channel, null, slug).map(detail -> new SharedPages.Content(200, null,
            Ready.utf8(detail.id().toString()))).defaultIfEmpty(absent());
    }

    static UUID id(byte[] bytes) {
        return UUID.fromString(new String(bytes, StandardCharsets.UTF_8));
    }

    /// The slug that a product has today, in its detail.
    static String slug(byte[] detail) {
        return Json.OURS.readTree(detail).path("data").path("slug").asString();
    }

    Mono<SharedPages.Content> variants(String channel, UUID product) {
        return shelves.variants(channel, product).map(variants -> new SharedPages.Content(200, null,
            Ready.utf8("{\"success\":true,\"data\":" + variants + "}"))).defaultIfEmpty(absent());
    }

    Mono<SharedPages.Content> categories(String channel) {
        return shelves.shelves(channel).map(all -> data(all));
    }

    Mono<SharedPages.Content> category(String channel, String idOrSlug) {
        return shelves.shelves(channel).map(all -> {
            Shelves.Shelf one = new Tree(all).find(idOrSlug);
            if (one == null) return absent();
            Map<String, Object> view =
                new LinkedHashMap<>(Json.OURS.convertValue(one, new TypeReference<Map<String, Object>>() {}));
            view.put("children", all.stream().filter(other -> one.id().equals(other.parentId())).toList());
            return data(view);
        });
    }

    /// The categories of a channel, to look one up by id or slug.
    record Tree(List<Shelves.Shelf> all) {
        Shelves.@Nullable Shelf find(String idOrSlug) {
            for (Shelves.Shelf shelf : all)
                if (shelf.slug().equals(idOrSlug) || shelf.id().toString().equals(idOrSlug)) return shelf;
            return null;
        }

        static Tree of(byte[] answer) {
            JsonNode data = Json.OURS.readTree(answer).path("data");
            return new Tree(Json.OURS.readValue(data.toString(), SHELVES));
        }
    }

    private static SharedPages.Content data(Object data) {
        return new SharedPages.Content(200, null, Ready.utf8("{\"success\":true,\"data\":"
            + new String(Json.bytes(data), StandardCharsets.UTF_8) + "}"));
    }

    private static SharedPages.Content absent() {
        return new SharedPages.Content(404, null, new byte[0]);
    }

    private static @Nullable String next(Shelves.Page page, Query query) {
        return page.count() < query.perPage() || page.last() == null ? null : page.last().text(query.sort());
    }

    private static Reply.Pagination pagination(Query query, long total, @Nullable String cursor) {
        int pages = (int) ((total + query.perPage() - 1) / query.perPage());
        return new Reply.Pagination(query.page(), query.perPage(), total, pages,
            query.page() < pages ? query.page() + 1 : null,
            query.page() > 1 ? Math.max(1, Math.min(query.page() - 1, pages)) : null, cursor);
    }

    private static SharedPages.Content content(String cards, @Nullable Object facets,
        Reply.@Nullable Pagination pagination) {
        StringBuilder text = new StringBuilder(cards.length() + 300).append("{\"success\":true,\"data\":[")
            .append(cards).append(']');
        if (facets != null) text.append(",\"facets\":").append(new String(Json.bytes(facets), StandardCharsets.UTF_8));
        if (pagination != null)
            text.append(",\"pagination\":")
                .append(new String(Json.bytes(pagination), StandardCharsets.UTF_8));
        return new SharedPages.Content(200, null, Ready.utf8(text.append('}').toString()));
    }

    /// Prices leave the house as money, in facets too.
    private static Map<String, Object> facets(String json, Channel channel) {
        Map<String, Object> facets =
            new LinkedHashMap<>(Json.OURS.readValue(json, new TypeReference<Map<String, Object>>() {}));
        List<Map<String, Object>> ranges = new ArrayList<>();
        if (facets.get("price") instanceof List<?> buckets)
            for (Object bucket : buckets)
                if (bucket instanceof Map<?, ?> range && range.get("min") instanceof Number low
                    && range.get("max") instanceof Number high && range.get("count") instanceof Number count)
                    ranges.add(Map.of("min", new Money(low.longValue(), channel.currency()),
                        "max", new Money(high.longValue(), channel.currency()), "count", count));
        facets.put("price", ranges);
        return facets;
    }
}
