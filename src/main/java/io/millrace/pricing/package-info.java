/// What it costs: price lists with quantity breaks, tax, and the quote that explains every line and never changes.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "audit", "channel",
    "catalog"})
package io.millrace.pricing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
