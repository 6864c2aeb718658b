package io.millrace.storefront;

import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import io.r2dbc.spi.Readable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/// The cellar's reading side: every page is one statement that returns one row of ready cards.
///
/// It runs on connections of its own, read only and with a statement timeout: however shoppers search, those who pay
/// do not wait for them.
final class Shelves {
    /// Cards of one batch of a stream; no connection is held between batches.
    static final int BATCH_CARDS = 500;
    /// Hits beyond this are neither counted nor ranked.
    static final int HITS_MAX = 10_000;
    private static final int FEATURED_MAX = 50;
    private static final int FACET_VALUES_MAX = 30;
    private static final TypeReference<List<Shelf>> SHELVES = new TypeReference<>() {};

    private final Postgres postgres;

    Shelves(Postgres postgres) {
        this.postgres = postgres;
    }

    /// One page: its cards as JSON joined by the separator, and where to go on; `total` when it was asked for.
    record Page(String cards, int count, Query.@Nullable Cursor last, long total) {}

    /// A category as shoppers see it; `products` stand directly on it.
    record Shelf(UUID id, @Nullable UUID parentId, List<UUID> path, String slug, String name, String description,
        int position, long products) {}

    record Detail(UUID id, String json, long version) {}

    record Hits(String cards, int count, long total, String facets) {}

    Mono<Page> page(String channel, Query query, boolean counted, String separator) {
        Map<String, Object> binds = new HashMap<>();
        String where = where(channel, query, binds);
        String order = query.sort().key + (query.sort().down ? " desc" : "") + ", p.id"
            + (query.sort().down ? " desc" : "");
        binds.put("limit", query.perPage());
        binds.put("separator", separator);
        String sql =
            "with page as (select p.card, " + query.sort().key + " as key, p.id from storefront.products p where "
                + where + after(query, binds) + " order by " + order + " limit :limit" + offset(query, binds) + ") "
                + "select coalesce(string_agg(card, :separator), '') as cards, count(*)::int as shown, "
                + "(array_agg(id))[count(*)] as last_id, ((array_agg(key))[count(*)])::text as last_key, "
                + (counted ? "(select count(*) from storefront.products p where " + where + ")" : "0::bigint")
                + " as total from page";
        return postgres.query(sql, binds, Shelves::page).single();
    }

    /// All that match, as lines of cards in batches: each batch is a statement of its own that goes on where the last
    /// one ended, so neither memory nor a connection is held however slowly the reader reads.
    Flux<String> lines(String channel, Query query) {
        return batch(channel, query.sized(BATCH_CARDS))
            .expand(page -> page.count() < BATCH_CARDS || page.last() == null ? Mono.empty()
                : batch(channel, query.after(page.last(), BATCH_CARDS)), 1)
            .concatMapIterable(page -> page.count() == 0 ? List.of() : List.of(page.cards().split("\n")), 1);
    }

    /// A reader who goes away must not cancel a conversation with the database half way.
    private Mono<Page> batch(String channel, Query query) {
        return Mono.defer(() -> Mono.fromFuture(page(channel, query, false, "\n").toFuture(), true));
    }

    /// The best hits first, with counts by category, brand, type, price and stock over all hits.
    Mono<Hits> search(String channel, Query query) {
        Map<String, Object> binds = new HashMap<>();
        String where = where(channel, query, binds);
        binds.put("limit", query.perPage());
        binds.put("offset", query.offset());
        binds.put("plain", String.join(" ", query.words()));
        String rank = query.words().isEmpty() ? "0::real" : "ts_rank(p.search, to_tsquery('simple', :tsquery)) * 10"
            + " + word_similarity(:plain, p.words)";
        return postgres.query("""
            with hits as materialized (
                select p.id, p.card, p.categories, p.brand, p.type, p.price_minor, p.in_stock, %s as rank
                  from storefront.products p where %s limit %d),
            page as (select card from hits order by in_stock desc, rank desc, id desc limit :limit offset :offset)
            select (select coalesce(string_agg(card, ','), '') from page) as cards,
                   (select count(*)::int from page) as shown, (select count(*) from hits) as total,
                   jsonb_build_object(
                       'brand', (select coalesce(jsonb_agg(f), '[]') from (select brand as value, count(*) as count
                            from hits where brand is not null group by brand order by 2 desc, 1 limit %5$d) f),
                       'type', (select coalesce(jsonb_agg(f), '[]') from (select type as value, count(*) as count
                            from hits group by type order by 2 desc, 1) f),
                       'category', (select coalesce(jsonb_agg(f), '[]') from (select c.id, c.slug as value, c.name,
                            count(*) as count from hits cross join unnest(hits.categories) as shelf(id)
                            join storefront.categories c on c.id = shelf.id
                            group by c.id, c.slug, c.name order by 4 desc, 3 limit %5$d) f),
                       'in_stock', (select jsonb_build_array(
                            jsonb_build_object('value', true, 'count', count(*) filter (where in_stock)),
                            jsonb_build_object('value', false, 'count', count(*) filter (where not in_stock)))
                            from hits),
                       'price', (select coalesce(jsonb_agg(jsonb_build_object('bucket', bucket, 'min', low, 'max', high,
                            'count', count) order by bucket), '[]')
                     from (select tile as bucket, min(price_minor) as low,
                            max(price_minor) as high, count(*) as count from (select price_minor,
                            ntile(5) over (order by price_minor) as tile from hits where price_minor is not null) t
                            group by tile) f))::text as facets
            """.formatted(rank, where, HITS_MAX, 0, FACET_VALUES_MAX), binds, row -> new Hits(text(row, "cards"),
            number(row, "shown").intValue(), number(row, "total").longValue(), text(row, "facets"))).single();
    }

    Mono<Page> featured(String channel) {
        return postgres.query("""
            with page as (select card, id from storefront.products
                           where channel = :channel and listed and featured is not null
                           order by featured, id desc limit :limit)
            select coalesce(string_agg(card, ','), '') as cards, count(*)::int as shown, null::uuid as last_id,
                   null::text as last_key, count(*) as total from page
            """, Map.of("channel", channel, "limit", FEATURED_MAX), Shelves::page).single();
    }

    /// A listed product by its id or any slug it has or had; its categories are added as they are now.
    Mono<Detail> detail(String channel, @Nullable UUID id, String slug) {
        String which = id != null ? "p.id = :id" : "p.slugs @> array[:slug]::text[]";
        Map<String, Object> binds = new HashMap<>(Map.of("channel", channel));
        binds.put(id != null ? "id" : "slug", id != null ? id : slug);
        return postgres.query("""
            select p.id, p.version, p.detail, (select jsonb_agg(jsonb_build_object('id', c.id, 'slug', c.slug,
                       'name', c.name) order by array_position(p.categories, c.id))
                     from storefront.categories c where c.id = any(p.categories))::text as shelves
              from storefront.products p where p.channel = :channel and p.listed and %s
            """.formatted(which), binds, Shelves::detail).singleOrEmpty();
    }

    /// The variants of a listed product, as on its detail.
    Mono<String> variants(String channel, UUID product) {
        return postgres.query("select (detail::jsonb -> 'variants')::text as variants from storefront.products "
            + "where channel = :channel and listed and id = :id", Map.of("channel", channel, "id", product),
            row -> text(row, "variants")).singleOrEmpty();
    }

    Mono<List<Shelf>> shelves(String channel) {
        return postgres.query("""
            select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'parent_id', c.parent_id, 'path', c.path,
                       'slug', c.slug, 'name', c.name, 'description', c.description, 'position', c.position,
                       'products', coalesce(n.count, 0))
                       order by cardinality(c.path), c.position, c.name, c.id), '[]')::text as shelves
              from storefront.categories c
              left join (select shelf.id, count(*) as count from storefront.products p
                          cross join unnest(p.categories) as shelf(id)
                          where p.channel = :channel and p.listed group by shelf.id) n on n.id = c.id
             where c.channel = :channel
            """, Map.of("channel", channel),
            row -> Json.OURS.readValue(text(row, "shelves"), SHELVES)).single();
    }

    private static String where(String channel, Query query, Map<String, Object> binds) {
        List<String> all = new ArrayList<>(List.of("p.channel = :channel", "p.listed"));
        binds.put("channel", channel);
        if (query.category() != null) {
            all.add("p.categories && (select coalesce(array_agg(below.id), '{}') from storefront.categories below "
                + "join storefront.categories c on c.channel = :channel "
                + "and (c.slug = :category or c.id::text = :category)"
                + " where below.path @> array[c.id])");
            binds.put("category", query.category());
        }
        if (query.minPrice() != null) {
            all.add("p.price_minor >= :min_price");
            binds.put("min_price", query.minPrice());
        }
        if (query.maxPrice() != null) {
            all.add("p.price_minor <= :max_price");
            binds.put("max_price", query.maxPrice());
        }
        if (query.inStock() != null) all.add(query.inStock() ? "p.in_stock" : "not p.in_stock");
        if (query.type() != null) {
            all.add("p.type = :type");
            binds.put("type", query.type());
        }
        if (query.seller() != null) {
            all.add("p.seller = :seller");
            binds.put("seller", query.seller());
        }
        if (query.brand() != null) {
            all.add("lower(p.brand) = lower(:brand)");
            binds.put("brand", query.brand());
        }
        if (!query.words().isEmpty()) all.add(words(query.words(), binds));
        return String.join(" and ", all);
    }

    /// Every word begins a word of the product, or else every word is nearly one of its name's (a typo).
    private static String words(List<String> words, Map<String, Object> binds) {
        binds.put("tsquery", String.join(" & ", words.stream().map(word -> word + ":*").toList()));
        List<String> near = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            near.add(":word" + i + " <% p.words");
            binds.put("word" + i, words.get(i));
        }
        return "(p.search @@ to_tsquery('simple', :tsquery) or (" + String.join(" and ", near) + "))";
    }

    private static String after(Query query, Map<String, Object> binds) {
        if (query.cursor() == null) return "";
        binds.put("after_id", query.cursor().id());
        String than = query.sort().down ? " < " : " > ";
        if (query.sort() == Query.Sort.NEWEST) return " and p.id" + than + ":after_id";
        binds.put("after_key", query.sort().type.equals("bigint") ? (Object) Long.valueOf(query.cursor().key())
            : query.cursor().key());
        return " and (" + query.sort().key + ", p.id)" + than + "(:after_key, :after_id)";
    }

    private static String offset(Query query, Map<String, Object> binds) {
        if (query.offset() == 0) return "";
        binds.put("offset", query.offset());
        return " offset :offset";
    }

    private static Page page(Readable row) {
        UUID last = row.get("last_id", UUID.class);
        String key = row.get("last_key", String.class);
        return new Page(text(row, "cards"), number(row, "shown").intValue(),
            last == null || key == null ? null : new Query.Cursor(key, last), number(row, "total").longValue());
    }

    private static Detail detail(Readable row) {
        String detail = text(row, "detail");
        String shelves = row.get("shelves", String.class);
        String whole = shelves == null ? detail : detail.substring(0, detail.length() - 1) + ",\"category\":"
            + first(shelves) + ",\"categories\":" + shelves + "}";
        return new Detail(java.util.Objects.requireNonNull(row.get("id", UUID.class)), whole,
            number(row, "version").longValue());
    }

    private static String first(String array) {
        return Json.OURS.readTree(array).get(0).toString();
    }

    private static String text(Readable row, String name) {
        return String.valueOf(row.get(name, String.class));
    }

    private static Number number(Readable row, String name) {
        return (Number) java.util.Objects.requireNonNull(row.get(name));
    }
}
