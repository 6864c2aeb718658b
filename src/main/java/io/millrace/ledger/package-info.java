/// The book: every movement of money as a journal whose signed entries sum to zero in each currency, for ever.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http"})
package io.millrace.ledger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
