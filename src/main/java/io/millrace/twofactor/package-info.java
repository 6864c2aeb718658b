/// Asks for a second proof: one-time codes of an app at sign-in and before what cannot easily be undone, and codes for
/// the day the app is lost.
@NullMarked
@ApplicationModule(allowedDependencies = {"http", "postgres", "jobs", "messaging", "vault", "audit", "identity"})
package io.millrace.twofactor;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
