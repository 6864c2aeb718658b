/// Exact amounts: money, percentages and quantities that are born valid; pure Java.
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.millrace.money;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
