/// What a visitor intends to buy, priced whenever it is looked at.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "vault", "channel",
    "catalog", "pricing"})
package io.millrace.cart;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
