/// Collects and returns money for anything payable; knows references, providers and amounts, never orders.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "vault", "audit", "ledger"})
package io.millrace.payment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
