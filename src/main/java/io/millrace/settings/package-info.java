/// What the shop must be told before it opens: completes settings that follow from others, and refuses to open
/// without the ones it needs.
@NullMarked
@ApplicationModule(allowedDependencies = {})
package io.millrace.settings;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
