package io.millrace.catalog;

import io.millrace.http.Json;
import io.millrace.postgres.Postgres;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/// Reads variants as buyers' rooms see them: one row each, made to JSON by PostgreSQL.
final class Variants {
    /// The columns of a [Variant], from `v` (its row) and `p` (its product's).
    static final String COLUMNS = """
        v.id, v.product_id, p.channel, v.sku, v.name, p.name as product_name, p.slug as product_slug, p.type,
        p.tax_category, p.seller, v.unit, v.factor, v.pool, v.weight_grams,
        coalesce(v.image_url, p.images -> 0 ->> 'url') as image_url, v.options, v.position, v.is_default,
        v.active and p.status = 'active' as active""";
    static final String BY_IDS = "select " + COLUMNS + """
          from catalog.variants v join catalog.products p on p.id = v.product_id
         where v.id = any(:catalog_ids::uuid[]) and v.channel = :catalog_channel
           and v.removed_at is null and p.removed_at is null""".indent(1);
    static final String WANTED = "catalog_found as (" + BY_IDS.replace(":catalog_ids::uuid[]",
        "array(select variant_id from wanted)") + ")";
    static final String ANSWER = "(select coalesce(json_agg(f), '[]')::text from catalog_found f)";
    private static final String READ = "with catalog_found as (" + BY_IDS + ") select " + ANSWER
        + " as catalog_variants";
    private static final TypeReference<List<Variant>> LIST = new TypeReference<>() {};

    private final Postgres postgres;

    Variants(Postgres postgres) {
        this.postgres = postgres;
    }

    Mono<List<Variant>> byIds(String channel, Collection<UUID> ids) {
        return postgres.query(READ, Map.of("catalog_ids", ids.toArray(UUID[]::new), "catalog_channel", channel),
            row -> read(String.valueOf(row.get("catalog_variants", String.class)))).single();
    }

    static List<Variant> read(String json) {
        return Json.OURS.readValue(json, LIST);
    }
}
