package io.millrace.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A channel's categories as a tree, and what becomes of it when one is put, moved or renamed: pure.
final class CategoryTree {
    private final String channel;
    private final Map<UUID, Category> byId = new LinkedHashMap<>();

    CategoryTree(String channel, List<Category> categories) {
        this.channel = channel;
        categories.forEach(category -> byId.put(category.id(), category));
    }

    /// What a writer wants a category to be.
    record Wish(UUID id, @Nullable UUID parentId, @Nullable String slug, String name, String description,
        int position) {}

    /// What came of a wish.
    sealed interface Put {
        /// The category first, then those below it whose path moved along.
        record Done(List<Category> changed) implements Put {}

        record NoSuchParent() implements Put {}

        /// The parent stands below the category itself.
        record Cycle() implements Put {}

        record TooDeep() implements Put {}

        record SlugTaken() implements Put {}

        record Full() implements Put {}
    }

    record Grown(CategoryTree tree, Category leaf, List<Category> made) {}

    Optional<Category> get(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    List<Category> all() {
        return List.copyOf(byId.values());
    }

    Put put(Wish wish) {
        Category was = byId.get(wish.id());
        if (was == null && byId.size() >= Categories.TREE_MAX) return new Put.Full();
        Category parent = wish.parentId() == null ? null : byId.get(wish.parentId());
        if (wish.parentId() != null && parent == null) return new Put.NoSuchParent();
        if (parent != null && parent.path().contains(wish.id())) return new Put.Cycle();
        String slug = wish.slug() != null ? wish.slug() : was != null ? was.slug() : free(Words.slug(wish.name()),
            wish.id());
        if (byId.values().stream().anyMatch(c -> c.slug().equals(slug) && !c.id().equals(wish.id())))
            return new Put.SlugTaken();
        List<UUID> path = below(parent, wish.id());
        Category now = new Category(wish.id(), channel, wish.parentId(), path, slug, wish.name(), wish.description(),
            wish.position(), was == null ? 1 : was.version() + 1);
        List<Category> changed = new ArrayList<>(List.of(now));
        if (was != null && !was.path().equals(path)) changed.addAll(moved(was, path));
        if (changed.stream().anyMatch(c -> c.path().size() > Category.DEPTH_MAX)) return new Put.TooDeep();
        return new Put.Done(changed);
    }

    private List<Category> moved(Category was, List<UUID> path) {
        List<Category> moved = new ArrayList<>();
        for (Category c : byId.values()) {
            if (c.id().equals(was.id()) || !c.path().contains(was.id())) continue;
            List<UUID> whole = new ArrayList<>(path);
            whole.addAll(c.path().subList(was.path().size(), c.path().size()));
            moved.add(new Category(c.id(), c.channel(), c.parentId(), whole, c.slug(), c.name(), c.description(),
                c.position(), c.version() + 1));
        }
        return moved;
    }

    /// The ancestors that the paths of the changed go through and that are not changed themselves.
    List<Category> through(List<Category> changed) {
        Set<UUID> mine = changed.stream().map(Category::id).collect(Collectors.toSet());
        return changed.stream().flatMap(category -> category.path().stream()).distinct()
            .filter(id -> !mine.contains(id)).map(byId::get).filter(java.util.Objects::nonNull).sorted(
                java.util.Comparator.comparing(Category::id))
            .toList();
    }

    /// Walks down the names, making what is not there yet.
    Grown grow(List<String> names, Supplier<UUID> ids) {
        List<Category> made = new ArrayList<>();
        CategoryTree tree = new CategoryTree(channel, all());
        Category at = null;
        for (String name : names) {
            Category parent = at;
            UUID parentId = parent == null ? null : parent.id();
            Category next = tree.child(parentId, name).orElse(null);
            if (next == null) {
                UUID id = ids.get();
                next = new Category(id, channel, parentId, tree.below(parent, id), tree.free(Words.slug(name), id),
                    name, "", 0, 1);
                made.add(next);
                tree.byId.put(id, next);
            }
            at = next;
        }
        return new Grown(tree, java.util.Objects.requireNonNull(at), made);
    }

    private Optional<Category> child(@Nullable UUID parentId, String name) {
        return byId.values().stream().filter(c -> java.util.Objects.equals(c.parentId(), parentId)
            && c.name().equalsIgnoreCase(name)).findFirst();
    }

    private List<UUID> below(@Nullable Category parent, UUID id) {
        List<UUID> path = new ArrayList<>(parent == null ? List.of() : parent.path());
        path.add(id);
        return path;
    }

    private String free(String slug, UUID id) {
        boolean taken = byId.values().stream().anyMatch(c -> c.slug().equals(slug));
        return taken ? slug + "-" + id.toString().substring(24) : slug;
    }
}
