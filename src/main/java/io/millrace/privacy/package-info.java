/// Tells a person everything the shop knows of him, and forgets him when he asks: collects what each room gives, knows
/// none of them.
@NullMarked
@ApplicationModule(allowedDependencies = {"postgres", "http", "messaging", "vault", "audit", "identity"})
package io.millrace.privacy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
