package io.millrace.catalog;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What became of one draft.
public sealed interface Saved {
    record Created(Product product) implements Saved {}

    record Changed(Product product) implements Saved {}

    /// It was so already: nothing was written, nothing is told.
    record Unchanged(Product product) implements Saved {}

    /// Everything that is wrong with it, by field (`variants[0].sku`); the other drafts of the batch are not touched.
    record Invalid(Map<String, List<String>> errors) implements Saved {}

    /// The draft names a version that is not the present one.
    record Stale(UUID id, long version) implements Saved {}

    /// The draft names an id that is not a product of its channel.
    record Absent(UUID id) implements Saved {}
}
