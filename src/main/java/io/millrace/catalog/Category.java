package io.millrace.catalog;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A shelf in a channel's tree of shelves. `path` holds the ids from the root down to itself, at most [#DEPTH_MAX].
public record Category(UUID id, String channel, @Nullable UUID parentId, List<UUID> path, String slug, String name,
    String description, int position, long version) {
    public static final int DEPTH_MAX = 8;
}
