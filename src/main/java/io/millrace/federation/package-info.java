/// Lets people in who are known elsewhere: sign-in by OpenID Connect and Facebook, and which outer identity is whose.
@NullMarked
@ApplicationModule(allowedDependencies = {"http", "postgres", "jobs", "vault", "audit", "messaging", "identity"})
package io.millrace.federation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
