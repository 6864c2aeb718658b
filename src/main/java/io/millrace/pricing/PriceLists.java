package io.millrace.pricing;

import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// The price lists: one row per variant and list, its steps as two arrays of the same length.
final class PriceLists {
    private static final String TAGS = """
        select variant_id, quantities, amounts from pricing.prices
         where list = :pricing_list and variant_id = any(%s)""";
    private static final String FOUND = "pricing_found as (" + TAGS + ")";
    private static final String OF_IDS = FOUND.formatted(":pricing_variants::uuid[]");
    private static final String OF_WANTED = FOUND.formatted("array(select variant_id from wanted)");
    /// `id quantity,... amount,...` per line: read faster than any JSON.
    private static final String ANSWER = """
        (select string_agg(variant_id || ' ' || array_to_string(quantities, ',') || ' '
                           || array_to_string(amounts, ','), E'\\n') from pricing_found)""";

    private final Postgres postgres;

    PriceLists(Postgres postgres) {
        this.postgres = postgres;
    }

    Mono<Map<UUID, PriceTag>> tags(String list, Collection<UUID> variants) {
        return postgres.run(io.millrace.postgres.Write.of(tagsOf(list, variants)))
            .map(answers -> read(answers.get("pricing_tags", String.class)));
    }

    static Piece tagsOf(String list, Collection<UUID> variants) {
        return Piece.of(OF_IDS).bind("pricing_list", list)
            .bind("pricing_variants", variants.toArray(UUID[]::new)).answer("pricing_tags", ANSWER);
    }

    static Piece tagsWanted(String list) {
        return Piece.of(OF_WANTED).bind("pricing_list", list).answer("pricing_tags", ANSWER);
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

    static PriceTag tag(String quantities, String amounts) {
        int[] from = Arrays.stream(quantities.split(",", -1)).mapToInt(Integer::parseInt).toArray();
        long[] minor = Arrays.stream(amounts.split(",", -1)).mapToLong(Long::parseLong).toArray();
        List<PriceTag.Step> steps = new ArrayList<>(from.length);
        for (int i = 0; i < from.length; i++) steps.add(new PriceTag.Step(from[i], minor[i]));
        return new PriceTag(steps);
    }
}
