package io.millrace.catalog;

import io.millrace.http.Json;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/// The cellar of products: a batch is read in one statement and written in one, whatever its size.
final class Products {
    private static final TypeReference<List<Existing>> EXISTING = new TypeReference<>() {};
    private static final TypeReference<Map<String, UUID>> SLUGS = new TypeReference<>() {};
    private static final TypeReference<List<UUID>> IDS = new TypeReference<>() {};

    /// A whole product `p` as the JSON of an [Existing].
    private static final String WHOLE = """
        jsonb_build_object(
            'product', to_jsonb(p) || jsonb_build_object(
                'former_slugs', (select coalesce(jsonb_agg(s.slug order by s.slug), '[]')
                                   from catalog.slugs s where s.product_id = p.id and s.slug <> p.slug),
                'categories', (select coalesce(jsonb_agg(c.category_id order by c.place), '[]')
                                 from catalog.product_categories c where c.product_id = p.id),
                'variants', (select coalesce(jsonb_agg(jsonb_build_object(
                        'id', v.id, 'product_id', p.id, 'channel', p.channel, 'sku', v.sku, 'name', v.name,
                        'product_name', p.name, 'product_slug', p.slug, 'type', p.type,
                        'tax_category', p.tax_category, 'seller', p.seller, 'unit', v.unit, 'factor', v.factor,
                        'pool', v.pool, 'weight_grams', v.weight_grams, 'image_url', v.image_url,
                        'options', v.options, 'position', v.position, 'is_default', v.is_default,
                        'active', v.active) order by v.position), '[]')
                    from catalog.variants v where v.product_id = p.id and v.removed_at is null)),
            'offered', (select coalesce(jsonb_object_agg(v.id, v.offered), '{}')
                          from catalog.variants v where v.product_id = p.id and v.removed_at is null))
        """;

    private static final String FIND = """
        with hit as (
            select id from catalog.products where id = any(:ids::uuid[])
            union
            select id from catalog.products
             where channel = :channel and external_key = any(:keys::text[]) and removed_at is null
            union
            select product_id from catalog.variants
             where channel = :channel and sku = any(:skus::text[]) and removed_at is null)
        select (select coalesce(jsonb_agg(%s), '[]')::text
                  from catalog.products p where p.id in (select id from hit)
                   and p.channel = :channel and p.removed_at is null) as products,
               (select coalesce(jsonb_object_agg(slug, product_id), '{}')::text
                  from catalog.slugs where channel = :channel and slug = any(:slugs::text[])) as slugs,
               (select coalesce(jsonb_agg(id), '[]')::text
                  from catalog.categories where channel = :channel and id = any(:categories::uuid[])) as categories
        """.formatted(WHOLE);

    private static final String SAVE = """
        product_given as materialized (
            select * from jsonb_to_recordset(:products::jsonb) as g(id uuid, channel text, external_key text,
                slug text, name text, type text, status text, short_description text, description text, brand text,
                tax_category text, seller uuid, attributes jsonb, images jsonb, featured int, version bigint,
                created_at timestamptz, updated_at timestamptz, published_at timestamptz)),
        product_saved as (
            insert into catalog.products as p (id, channel, external_key, slug, name, type, status, short_description,
                description, brand, tax_category, seller, attributes, images, featured, version, created_at,
                updated_at, published_at)
            select id, channel, external_key, slug, name, type, status, short_description, description, brand,
                tax_category, seller, attributes, images, featured, version, created_at, updated_at, published_at
              from product_given
            on conflict (id) do update set external_key = excluded.external_key, slug = excluded.slug,
                name = excluded.name, type = excluded.type, status = excluded.status,
                short_description = excluded.short_description, description = excluded.description,
                brand = excluded.brand, tax_category = excluded.tax_category, seller = excluded.seller,
                attributes = excluded.attributes, images = excluded.images, featured = excluded.featured,
                version = excluded.version, updated_at = excluded.updated_at, published_at = excluded.published_at
             where p.version = excluded.version - 1 and p.removed_at is null
            returning 1),
        slug_saved as (
            insert into catalog.slugs as s (channel, slug, product_id)
            select channel, slug, id from product_given
            on conflict (channel, slug) do update set product_id = excluded.product_id
             where s.product_id = excluded.product_id
            returning 1),
        shelf_given as materialized (
            select * from unnest(:shelf_products::uuid[], :shelf_categories::uuid[], :shelf_places::int[])
                       as g(product_id, category_id, place)),
        shelf_left as (
            delete from catalog.product_categories c
             where c.product_id in (select id from product_given)
               and not exists (select from shelf_given g
                                where g.product_id = c.product_id and g.category_id = c.category_id)),
        shelf_saved as (
            insert into catalog.product_categories (product_id, category_id, place)
            select product_id, category_id, place from shelf_given
            on conflict (product_id, category_id) do update set place = excluded.place),
        variant_gone as (
            update catalog.variants set removed_at = :now, is_default = false where id = any(:gone::uuid[])),
        variant_saved as (
            insert into catalog.variants as v (id, product_id, channel, sku, name, options, unit, factor, pool,
                weight_grams, image_url, position, is_default, active, offered)
            select id, product_id, channel, sku, name, options, unit, factor, pool, weight_grams, image_url, position,
                   is_default, active, offered
              from jsonb_to_recordset(:variants::jsonb) as g(id uuid, product_id uuid, channel text, sku text,
                   name text, options jsonb, unit text, factor bigint, pool text, weight_grams int, image_url text,
                   position int, is_default boolean, active boolean, offered jsonb)
            on conflict (id) do update set sku = excluded.sku, name = excluded.name, options = excluded.options,
                unit = excluded.unit, factor = excluded.factor, pool = excluded.pool,
                weight_grams = excluded.weight_grams, image_url = excluded.image_url, position = excluded.position,
                is_default = excluded.is_default, active = excluded.active, offered = excluded.offered
             where v.removed_at is null
            returning 1)""";

    private final Postgres postgres;

    Products(Postgres postgres) {
        this.postgres = postgres;
    }

    /// What a batch of drafts needs to know to be decided.
    record Found(List<Existing> products, Map<String, UUID> slugs, List<UUID> categories) {}

    Mono<Found> find(String channel, List<ProductDraft> drafts) {
        List<UUID> ids = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        List<String> skus = new ArrayList<>();
        List<String> slugs = new ArrayList<>();
        List<UUID> categories = new ArrayList<>();
        for (ProductDraft draft : drafts) {
            if (draft.id() != null) ids.add(draft.id());
            if (draft.externalKey() != null) keys.add(Words.line(draft.externalKey()));
            slugs.addAll(Drafting.candidates(draft));
            if (draft.categories() != null) categories.addAll(draft.categories());
            if (draft.variants() != null)
                draft.variants().stream().map(VariantDraft::sku).filter(Objects::nonNull)
                    .forEach(sku -> skus.add(Words.line(sku)));
        }
        return postgres.query(FIND, Map.of("channel", channel, "ids", array(ids), "keys", keys.toArray(String[]::new),
            "skus", skus.toArray(String[]::new), "slugs", slugs.toArray(String[]::new), "categories",
            array(categories)),
            row -> new Found(Json.OURS.readValue(text(row, "products"), EXISTING),
                Json.OURS.readValue(text(row, "slugs"), SLUGS), Json.OURS.readValue(text(row, "categories"), IDS)))
            .single();
    }

    /// One product, whole.
    Mono<Product> one(String channel, UUID id) {
        return postgres.query("select " + WHOLE + "::text as whole from catalog.products p "
            + "where p.id = :id and p.channel = :channel and p.removed_at is null",
            Map.of("id", id, "channel", channel),
            row -> Json.OURS.readValue(text(row, "whole"), Existing.class).product()).singleOrEmpty();
    }

    Mono<Product> one(UUID id) {
        return postgres.query("select " + WHOLE + "::text as whole from catalog.products p "
            + "where p.id = :id and p.removed_at is null", Map.of("id", id),
            row -> Json.OURS.readValue(text(row, "whole"), Existing.class).product()).singleOrEmpty();
    }

    Mono<List<Product>> some(String channel, Collection<UUID> ids) {
        return postgres.query("select coalesce(jsonb_agg(" + WHOLE + "), '[]')::text as products "
            + "from catalog.products p where p.id = any(:ids::uuid[]) and p.channel = :channel "
            + "and p.removed_at is null", Map.of("ids", array(ids), "channel", channel),
            row -> Json.OURS.readValue(text(row, "products"), EXISTING).stream().map(Existing::product).toList())
            .single();
    }

    /// The product of a variant.
    Mono<Product> ofVariant(String channel, UUID variant) {
        return postgres.query("select " + WHOLE + "::text as whole from catalog.products p "
            + "where p.id = (select product_id from catalog.variants where id = :id and removed_at is null) "
            + "and p.channel = :channel and p.removed_at is null",
            Map.of("id", variant, "channel", channel),
            row -> Json.OURS.readValue(text(row, "whole"), Existing.class).product()).singleOrEmpty();
    }

    /// Whole products of a channel after an id, by id: the admin's list and the export.
    Mono<List<Product>> after(String channel, @Nullable UUID after, int limit) {
        return postgres.query("select coalesce(jsonb_agg(" + WHOLE + " order by p.id), '[]')::text as products from ("
            + "select * from catalog.products where channel = :channel and removed_at is null and id > :after "
            + "order by id limit :limit) p",
            Map.of("channel", channel, "after", after == null ? new UUID(0, 0) : after, "limit", limit),
            row -> Json.OURS.readValue(text(row, "products"), EXISTING).stream().map(Existing::product).toList())
            .single();
    }

    static Piece save(List<Drafting.Writing> writings, Instant now) {
        List<UUID> shelfProducts = new ArrayList<>();
        List<UUID> shelfCategories = new ArrayList<>();
        List<Integer> shelfPlaces = new ArrayList<>();
        List<Map<String, Object>> variants = new ArrayList<>();
        List<UUID> gone = new ArrayList<>();
        for (Drafting.Writing writing : writings) {
            List<UUID> categories = writing.product().categories();
            for (int place = 0; place < categories.size(); place++) {
                shelfProducts.add(writing.product().id());
                shelfCategories.add(categories.get(place));
                shelfPlaces.add(place);
            }
            writing.product().variants().forEach(variant -> variants.add(row(variant, writing)));
            gone.addAll(writing.gone());
        }
        return Piece.of(SAVE).bind("products", json(writings.stream().map(Drafting.Writing::product).toList()))
            .bind("variants", json(variants)).bind("gone", array(gone)).bind("now", now)
            .bind("shelf_products", array(shelfProducts)).bind("shelf_categories", array(shelfCategories))
            .bind("shelf_places", shelfPlaces.toArray(Integer[]::new)).bind("expected", (long) writings.size())
            .bind("expected_variants", (long) variants.size())
            .check("(select count(*) from product_saved) = :expected", Refused.STALE)
            .check("(select count(*) from slug_saved) = :expected", Refused.STALE)
            .check("(select count(*) from variant_saved) = :expected_variants", Refused.STALE);
    }

    /// Takes products away: the rows stay for the orders that name them, their names become free.
    static Piece remove(UUID product, long version, Instant now) {
        return Piece.of("""
            product_removed as (
                update catalog.products set removed_at = :now, version = version + 1
                 where id = :id and version = :version and removed_at is null returning 1),
            product_variants_removed as (
                update catalog.variants set removed_at = :now where product_id = :id and removed_at is null),
            product_slugs_freed as (delete from catalog.slugs where product_id = :id),
            product_shelves_left as (delete from catalog.product_categories where product_id = :id)""")
            .bind("id", product).bind("version", version).bind("now", now)
            .check("exists (select from product_removed)", Refused.STALE);
    }

    private static Map<String, Object> row(Variant v, Drafting.Writing writing) {
        Map<String, Object> row = new HashMap<>();
        row.put("id", v.id());
        row.put("product_id", v.productId());
        row.put("channel", v.channel());
        row.put("sku", v.sku());
        row.put("name", v.name());
        row.put("options", v.options());
        row.put("unit", v.unit());
        row.put("factor", v.factor());
        if (v.pool() != null) row.put("pool", v.pool());
        if (v.weightGrams() != null) row.put("weight_grams", v.weightGrams());
        if (v.imageUrl() != null) row.put("image_url", v.imageUrl());
        row.put("position", v.position());
        row.put("is_default", v.isDefault());
        row.put("active", v.active());
        row.put("offered", writing.offered().getOrDefault(v.id(), Existing.Offered.NOTHING));
        return row;
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static UUID[] array(Collection<UUID> ids) {
        return ids.toArray(UUID[]::new);
    }

    private static String text(io.r2dbc.spi.Readable row, String name) {
        return String.valueOf(row.get(name, String.class));
    }
}
