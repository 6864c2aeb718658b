/// Brings whole catalogues in, from Shopify, WooCommerce and NDJSON files, line by line with constant memory.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "audit", "channel",
    "catalog"})
package io.millrace.imports;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
