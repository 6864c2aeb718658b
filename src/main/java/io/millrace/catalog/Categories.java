package io.millrace.catalog;

import io.millrace.http.Ids;
import io.millrace.http.Json;
import io.millrace.messaging.Change;
import io.millrace.messaging.Fact;
import io.millrace.messaging.Messaging;
import io.millrace.postgres.Piece;
import io.millrace.postgres.Postgres;
import io.millrace.postgres.Refused;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/// The cellar of categories. A channel's tree is small ([#TREE_MAX]), so it is read whole, decided in [CategoryTree]
/// and written by version.
final class Categories {
    /// Categories of one channel.
    static final int TREE_MAX = 5_000;
    private static final Pattern BELOW = Pattern.compile(">");
    private static final TypeReference<List<Category>> LIST = new TypeReference<>() {};
    private static final String ALL = """
        select coalesce(jsonb_agg(c order by cardinality(c.path), c.position, c.name, c.id), '[]')::text as categories
          from catalog.categories c where c.channel = :channel
        """;
    private static final String SAVE = """
        category_saved as (
            insert into catalog.categories as c (id, channel, parent_id, path, slug, name, description, position,
                version)
            select id, channel, parent_id, path, slug, name, description, position, version
              from jsonb_to_recordset(:categories::jsonb) as g(id uuid, channel text, parent_id uuid, path uuid[],
                   slug text, name text, description text, position int, version bigint)
            on conflict (id) do update set parent_id = excluded.parent_id, path = excluded.path, slug = excluded.slug,
                name = excluded.name, description = excluded.description, position = excluded.position,
                version = excluded.version
             where c.version = excluded.version - 1
            returning 1)""";

    private final Postgres postgres;
    private final Messaging messaging;
    private final Ids ids;
    private final InstantSource clock;

    Categories(Postgres postgres, Messaging messaging, Ids ids, InstantSource clock) {
        this.postgres = postgres;
        this.messaging = messaging;
        this.ids = ids;
        this.clock = clock;
    }

    Mono<CategoryTree> tree(String channel) {
        return postgres.query(ALL, Map.of("channel", channel), row -> new CategoryTree(channel,
            Json.OURS.readValue(String.valueOf(row.get("categories", String.class)), LIST))).single();
    }

    /// Writes categories, each with the version it will have.
    ///
    /// Moving a shelf rewrites its whole subtree. Two moves at once could tie a knot that neither saw, so the parents
    /// that the new paths go through must still stand where they stood.
    Mono<Boolean> save(CategoryTree before, List<Category> changed, Piece... along) {
        if (changed.isEmpty()) return Mono.just(true);
        Instant now = clock.instant();
        Fact[] facts = changed.stream().map(category -> new CatalogEvent.CategorySaved(ids.next(), category.version(),
            now, category)).toArray(Fact[]::new);
        List<Category> through = before.through(changed);
        Piece piece = Piece.of("""
            category_parents as materialized (
                select c.id, c.version from catalog.categories c where c.id = any(:parents::uuid[])
                 order by c.id for share),
            """ + SAVE)
            .bind("parents", through.stream().map(Category::id).toArray(UUID[]::new))
            .bind("parent_versions", through.stream().map(Category::version).toArray(Long[]::new))
            .bind("categories", new String(Json.bytes(changed), StandardCharsets.UTF_8))
            .bind("expected", (long) changed.size())
            .check("(select count(*) from category_saved) = :expected", Refused.STALE)
            .check("(select count(*) from category_parents p join unnest(:parents::uuid[], :parent_versions::bigint[]) "
                + "as g(id, version) on g.id = p.id and g.version = p.version) = cardinality(:parents::uuid[])",
                Refused.STALE);
        return messaging.commit(Change.of(piece).with(List.of(along)).tells(facts)).thenReturn(true)
            .onErrorMap(R2dbcDataIntegrityViolationException.class, Catalog::taken);
    }

    /// Removes an empty category; false when goods or categories stand below it.
    Mono<Boolean> remove(Category category, Piece... along) {
        return messaging.commit(Change.of(Piece.of("""
                category_removed as (
                    delete from catalog.categories where id = :id and version = :version returning 1)""")
            .bind("id", category.id()).bind("version", category.version())
            .check("exists (select from category_removed)", Refused.STALE)).with(List.of(along))
            .tells(new CatalogEvent.CategoryRemoved(ids.next(), category.version() + 1, clock.instant(), category.id(),
                category.channel())))
            .thenReturn(true)
            .onErrorReturn(R2dbcDataIntegrityViolationException.class, false);
    }

    UUID newId() {
        return ids.next();
    }

    Mono<Map<String, UUID>> ensure(String channel, Collection<String> paths) {
        if (paths.isEmpty()) return Mono.just(Map.of());
        return tree(channel).flatMap(tree -> {
            Map<String, UUID> found = new LinkedHashMap<>();
            List<Category> made = new ArrayList<>();
            CategoryTree growing = tree;
            for (String path : paths) {
                List<String> names = BELOW.splitAsStream(path).map(Words::line).filter(name -> !name.isEmpty())
                    .limit(Category.DEPTH_MAX).toList();
                if (names.isEmpty()) continue;
                CategoryTree.Grown grown = growing.grow(names, ids::next);
                made.addAll(grown.made());
                growing = grown.tree();
                found.put(path, grown.leaf().id());
            }
            return save(tree, made).thenReturn(found);
        });
    }
}
