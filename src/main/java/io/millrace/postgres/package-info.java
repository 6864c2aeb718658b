/// How we talk to PostgreSQL: one statement composed of named pieces, and refusals raised inside it.
@NullMarked
@ApplicationModule(allowedDependencies = {"tracing"})
package io.millrace.postgres;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
