/// Tells the live story of an order: every fact once, in order, on any node, from where the reader left off.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "ordering", "fulfilment"})
package io.millrace.tracking;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
