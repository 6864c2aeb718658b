/// Fills the five channels with goods at the first start in development, so that there is something to buy.
@NullMarked
@ApplicationModule(allowedDependencies = {"postgres", "jobs", "channel", "imports"})
package io.millrace.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
