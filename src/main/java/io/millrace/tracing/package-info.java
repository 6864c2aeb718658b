/// Where a piece of work stands in its trace, and tells a collector of every step when there is one to tell.
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.millrace.tracing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
