package io.millrace.pricing;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.millrace.postgres.Write;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// The price lists: one row per variant and list, its steps as two arrays of the same length; and a row per product
/// that counts the versions of its prices.
final class PriceLists {
    /// `id quantity,... amount,...` per line: read faster than any JSON.
    private static final String LINES = """
        string_agg(variant_id || ' ' || array_to_string(quantities, ',') || ' '
                   || array_to_string(amounts, ','), E'\\n')""";
    private static final String FOUND = """
        pricing_found as (
            select variant_id, quantities, amounts from pricing.prices
             where list = :pricing_list and variant_id = any(%s))""";
    private static final String OF_IDS = FOUND.formatted(":pricing_variants::uuid[]");
    private static final String OF_WANTED = FOUND.formatted("array(select variant_id from wanted)");
    private static final String ANSWER = "(select " + LINES + " from pricing_found)";

    private final Postgres postgres;

    PriceLists(Postgres postgres) {
        this.postgres = postgres;
    }

    Mono<Map<UUID, PriceTag>> tags(String list, Collection<UUID> variants) {
        return postgres.run(Write.of(tagsOf(list, variants)))
            .map(answers -> read(answers.get("pricing_tags", String.class)));
    }

    static Piece tagsOf(String list, Collection<UUID> variants) {
        return Piece.of(OF_IDS).bind("pricing_list", list)
            .bind("pricing_variants", variants.toArray(UUID[]::new)).answer("pricing_tags", ANSWER);
    }

    static Piece tagsWanted(String list) {
        return Piece.of(OF_WANTED).bind("pricing_list", list).answer("pricing_tags", ANSWER);
    }

    /// The sheets of these products that were ever priced, by product.
    Mono<Map<UUID, PriceSheet>> sheets(Collection<UUID> products) {
        return postgres.query("""
            select p.list, p.product_id, p.version,
                   (select %s from pricing.prices v where v.product_id = p.product_id and v.list = p.list) as tags
              from pricing.products p
             where p.product_id = any(:products::uuid[])
            """.formatted(LINES), Map.of("products", products.toArray(UUID[]::new)), PriceLists::sheet)
            .collect(Collectors.toMap(PriceSheet::productId, sheet -> sheet));
    }

    /// A page of a list's sheets, in the order of product ids, after one of them.
    Flux<PriceSheet> page(String list, UUID after, int limit) {
        return postgres.query("""
            select p.list, p.product_id, p.version,
                   (select %s from pricing.prices v where v.product_id = p.product_id and v.list = p.list) as tags
              from pricing.products p
             where p.list = :list and p.product_id > :after
             order by p.product_id limit :limit
            """.formatted(LINES), Map.of("list", list, "after", after, "limit", limit), PriceLists::sheet);
    }

    /// Writes these sheets over the ones they were made from: each must still be in the version before, else the whole
    /// statement is refused as stale.
    static Piece write(Map<PriceSheet, PriceSheet> nextAndBefore, Instant now) {
        List<PriceSheet> sheets = nextAndBefore.keySet().stream()
            .sorted(Comparator.comparing(PriceSheet::productId)).toList();
        List<Row> put = new ArrayList<>();
        List<Row> gone = new ArrayList<>();
        for (PriceSheet next : sheets) {
            PriceSheet before = Objects.requireNonNull(nextAndBefore.get(next));
            next.tags().forEach((variant, tag) -> {
                if (!tag.equals(before.tags().get(variant))) put.add(new Row(next, variant, tag));
            });
            before.tags().forEach((variant, tag) -> {
                if (!next.tags().containsKey(variant)) gone.add(new Row(next, variant, tag));
            });
        }
        return Piece.of("""
            prices_counted{i} as (
                insert into pricing.products as p (list, product_id, version)
                select * from unnest(:sheet_lists::text[], :sheet_products::uuid[], :sheet_versions::bigint[])
                on conflict (list, product_id) do update set version = excluded.version
                    where p.version = excluded.version - 1
                returning 1),
            prices_put{i} as (
                insert into pricing.prices (list, variant_id, product_id, quantities, amounts, updated_at)
                select list, variant_id, product_id, quantities::int[], amounts::bigint[], :put_at
                  from unnest(:put_lists::text[], :put_variants::uuid[], :put_products::uuid[],
                              :put_quantities::text[], :put_amounts::text[])
                       as put (list, variant_id, product_id, quantities, amounts)
                on conflict (list, variant_id) do update set product_id = excluded.product_id,
                    quantities = excluded.quantities, amounts = excluded.amounts, updated_at = excluded.updated_at),
            prices_gone{i} as (
                delete from pricing.prices p
                 using unnest(:gone_lists::text[], :gone_variants::uuid[]) as gone (list, variant_id)
                 where p.list = gone.list and p.variant_id = gone.variant_id)""")
            .bind("sheet_lists", sheets.stream().map(PriceSheet::list).toArray(String[]::new))
            .bind("sheet_products", sheets.stream().map(PriceSheet::productId).toArray(UUID[]::new))
            .bind("sheet_versions", sheets.stream().map(PriceSheet::version).toArray(Long[]::new))
            .bind("put_at", now)
            .bind("put_lists", put.stream().map(row -> row.sheet().list()).toArray(String[]::new))
            .bind("put_variants", put.stream().map(Row::variant).toArray(UUID[]::new))
            .bind("put_products", put.stream().map(row -> row.sheet().productId()).toArray(UUID[]::new))
            .bind("put_quantities", put.stream().map(Row::quantities).toArray(String[]::new))
            .bind("put_amounts", put.stream().map(Row::amounts).toArray(String[]::new))
            .bind("gone_lists", gone.stream().map(row -> row.sheet().list()).toArray(String[]::new))
            .bind("gone_variants", gone.stream().map(Row::variant).toArray(UUID[]::new))
            .check("(select count(*) from prices_counted{i}) = cardinality(:sheet_products::uuid[])", Refused.STALE);
    }

    static Map<UUID, PriceTag> read(@Nullable String rows) {
        Map<UUID, PriceTag> tags = new HashMap<>();
        if (rows == null || rows.isEmpty()) return tags;
        for (String row : rows.split("\n", -1)) {
            String[] parts = row.split(" ", -1);
            tags.put(UUID.fromString(parts[0]), tag(parts[1], parts[2]));
        }
        return tags;
    }

    private static PriceTag tag(String quantities, String amounts) {
        int[] from = Arrays.stream(quantities.split(",", -1)).mapToInt(Integer::parseInt).toArray();
        long[] minor = Arrays.stream(amounts.split(",", -1)).mapToLong(Long::parseLong).toArray();
        List<PriceTag.Step> steps = new ArrayList<>(from.length);
        for (int i = 0; i < from.length; i++) steps.add(new PriceTag.Step(from[i], minor[i]));
        return new PriceTag(steps);
    }

    private static PriceSheet sheet(Readable row) {
        return new PriceSheet(Objects.requireNonNull(row.get("list", String.class)),
            Objects.requireNonNull(row.get("product_id", UUID.class)),
            Objects.requireNonNull(row.get("version", Long.class)), read(row.get("tags", String.class)));
    }

    /// One variant's row to be written or deleted.
    private record Row(PriceSheet sheet, UUID variant, PriceTag tag) {
        String quantities() {
            return tag.steps().stream().map(step -> Integer.toString(step.fromQuantity()))
                .collect(Collectors.joining(",", "{", "}"));
        }

        String amounts() {
            return tag.steps().stream().map(step -> Long.toString(step.minor()))
                .collect(Collectors.joining(",", "{", "}"));
        }
    }
}
