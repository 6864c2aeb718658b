/// Hands goods over: parcels with a carrier and a tracking number; knows references, never orders.
@NullMarked
@ApplicationModule(allowedDependencies = {"postgres", "http", "messaging"})
package io.millrace.fulfilment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
