/// The outside world, simulated on the shop's own port with the true wire formats and a dial for chaos; imported by
/// nothing and absent from the production jar.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "jobs"})
package io.millrace.sandbox;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
