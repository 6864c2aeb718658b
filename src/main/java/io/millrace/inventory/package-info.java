/// Promises stock to whoever asks, for a limited time, and never promises the same unit twice.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "audit", "catalog"})
package io.millrace.inventory;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
