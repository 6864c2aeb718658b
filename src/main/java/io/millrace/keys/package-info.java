/// Lets machines in: personal access tokens and channel keys.
@NullMarked
@ApplicationModule(allowedDependencies = {"http", "postgres", "jobs", "messaging", "vault", "audit", "identity",
    "channel"})
package io.millrace.keys;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
