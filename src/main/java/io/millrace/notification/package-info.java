/// Tells people what they have to know, by mail; listens to the other rooms and is called by none.
@NullMarked
@ApplicationModule(allowedDependencies = {"http", "postgres", "jobs", "messaging", "audit", "identity",
    "twofactor"})
package io.millrace.notification;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
