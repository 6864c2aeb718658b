/// Starts real PostgreSQL, Redis and Kafka for a shop that was told of none, so that one command opens it.
@NullMarked
@ApplicationModule(allowedDependencies = "settings")
package io.millrace.embedded;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
