/// What a shopper sees: the read model behind the lists, details and searches, and their ready bytes.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "vault", "channel",
    "catalog",
    "pricing", "inventory"})
package io.millrace.storefront;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
