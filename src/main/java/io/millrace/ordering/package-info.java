/// Leads every order through its life: checkout, payment, packing, shipping, cancellation, in one switch.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "vault", "audit",
    "identity", "channel", "catalog", "ledger", "customer", "inventory", "pricing", "cart", "payment", "fulfilment"})
package io.millrace.ordering;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
