package io.millrace.imports;

import java.util.Locale;

/// The formats a catalogue may come in. A CSV is told by its header: Shopify's has a `Handle`.
enum Format {
    SHOPIFY, WOOCOMMERCE, NDJSON;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
