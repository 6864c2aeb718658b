package io.millrace.storefront;

import io.millrace.http.Json;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/// The cellar's writing side: rows of products on display, and the categories beside them.
final class Displays {
    private static final TypeReference<List<Kept>> KEPT = new TypeReference<>() {};
    private static final String SAVE = """
        display_saved{i} as (
            insert into storefront.products as p (id, channel, listed, slugs, name_key, type, brand, seller, categories,
                featured, price_minor, in_stock, card, detail, words, search, prices, stock, version, revision,
                told)
            select id, channel, listed, slugs, name_key, type, brand, seller, categories, featured, price_minor,
                   in_stock, card, detail, words,
                   setweight(to_tsvector('simple', name_key), 'A') || setweight(to_tsvector('simple', small), 'B')
                       || setweight(to_tsvector('simple', long), 'C'),
                   prices, stock, version, revision, told
              from jsonb_to_recordset(:displays::jsonb) as g(id uuid, channel text, listed boolean, slugs text[],
                   name_key text, type text, brand text, seller uuid, categories uuid[], featured int,
                   price_minor bigint, in_stock boolean, card text, detail text, words text, small text, long text,
                   prices jsonb, stock jsonb, version bigint, revision bigint, told bigint)
            on conflict (id) do update set listed = excluded.listed, slugs = excluded.slugs,
                name_key = excluded.name_key, type = excluded.type, brand = excluded.brand, seller = excluded.seller,
                categories = excluded.categories, featured = excluded.featured, price_minor = excluded.price_minor,
                in_stock = excluded.in_stock, card = excluded.card, detail = excluded.detail, words = excluded.words,
                search = excluded.search, prices = excluded.prices, stock = excluded.stock,
                version = excluded.version, revision = excluded.revision, told = excluded.told
             where p.revision = excluded.revision - 1 and p.version <= excluded.version
            returning 1)""";

    private final Postgres postgres;

    Displays(Postgres postgres) {
        this.postgres = postgres;
    }

    /// What a row remembers beside the catalogue's product.
    record Kept(UUID id, Map<UUID, Long> prices, Map<UUID, Display.Pool> stock, long version, long revision,
        long told) {}

    Mono<Map<UUID, Kept>> kept(Collection<UUID> products) {
        return postgres.query("""
            select coalesce(jsonb_agg(jsonb_build_object('id', id, 'prices', prices, 'stock', stock,
                       'version', version, 'revision', revision, 'told', told)), '[]')::text as kept
              from storefront.products where id = any(:ids::uuid[])
            """, Map.of("ids", products.toArray(UUID[]::new)),
            row -> Json.OURS.readValue(String.valueOf(row.get("kept", String.class)), KEPT)).single()
            .map(rows -> {
                Map<UUID, Kept> byId = new HashMap<>();
                rows.forEach(row -> byId.put(row.id(), row));
                return byId;
            });
    }

    static Piece save(Collection<Display> displays) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        displays.forEach(display -> rows.add(row(display)));
        return Piece.of(SAVE).bind("displays", json(rows)).bind("displays_expected", (long) rows.size())
            .check("(select count(*) from display_saved{i}) = :displays_expected", Refused.STALE);
    }

    static Piece remove(Collection<UUID> products) {
        return Piece.of("display_removed{i} as (delete from storefront.products where id = any(:gone::uuid[]))")
            .bind("gone", products.toArray(UUID[]::new));
    }

    static Piece save(List<io.millrace.catalog.Category> categories) {
        return Piece.of("""
            shelf_shown{i} as (
                insert into storefront.categories as c (id, channel, parent_id, path, slug, name, description, position,
                    version)
                select id, channel, parent_id, path, slug, name, description, position, version
                  from jsonb_to_recordset(:categories::jsonb) as g(id uuid, channel text, parent_id uuid, path uuid[],
                       slug text, name text, description text, position int, version bigint)
                on conflict (id) do update set parent_id = excluded.parent_id, path = excluded.path,
                    slug = excluded.slug, name = excluded.name, description = excluded.description,
                    position = excluded.position, version = excluded.version
                 where c.version < excluded.version)""")
            .bind("categories", json(categories));
    }

    static Piece removeCategories(Collection<UUID> categories) {
        return Piece.of("shelf_removed{i} as (delete from storefront.categories where id = any(:shelves::uuid[]))")
            .bind("shelves", categories.toArray(UUID[]::new));
    }

    private static Map<String, @Nullable Object> row(Display display) {
        var product = display.product();
        List<String> texts = display.searchTexts();
        List<String> slugs = new ArrayList<>(List.of(product.slug()));
        slugs.addAll(product.formerSlugs());
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", product.id());
        row.put("channel", product.channel());
        row.put("listed", display.isListed());
        row.put("slugs", slugs);
        row.put("name_key", texts.get(0));
        row.put("type", product.type());
        row.put("brand", product.brand());
        row.put("seller", product.seller());
        row.put("categories", product.categories());
        row.put("featured", product.featured());
        row.put("price_minor", display.price());
        row.put("in_stock", display.isInStock());
        row.put("card", display.card());
        row.put("detail", display.detail());
        row.put("words", texts.get(0) + " " + texts.get(1));
        row.put("small", texts.get(1));
        row.put("long", texts.get(2));
        row.put("prices", display.prices());
        row.put("stock", display.stock());
        row.put("version", product.version());
        row.put("revision", display.revision());
        row.put("told", display.told());
        return row;
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }
}
