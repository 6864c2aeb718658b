package io.millrace.imports;

import io.millrace.catalog.ProductDraft;
import java.util.List;
import java.util.Map;

/// What some lines of a file say about one product: a draft, or why they cannot be one.
record Entry(List<Long> lines, String key, Content content) {
    sealed interface Content {
        /// `categories` are paths of names ("Clothing > Boots"), still without ids; `notes` are what a person should
        /// know although the lines were taken.
        record Wanted(ProductDraft draft, List<String> categories, List<String> notes) implements Content {}

        record Refused(Map<String, List<String>> errors) implements Content {}
    }

    static Entry refused(List<Long> lines, String key, String field, String reason) {
        return new Entry(lines, key, new Content.Refused(Map.of(field, List.of(reason))));
    }

    long lastLine() {
        return lines.getLast();
    }
}
