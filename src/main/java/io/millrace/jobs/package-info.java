/// Work that runs later or on a clock: the shop's clock, leases, sweeps, retries.
@NullMarked
@ApplicationModule(allowedDependencies = {"postgres"})
package io.millrace.jobs;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
