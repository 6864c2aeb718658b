/// Who is asking: accounts, sign-in, tokens, roles and the permissions they grant.
@NullMarked
@ApplicationModule(allowedDependencies = {"http", "postgres", "jobs", "messaging", "vault", "audit"})
package io.millrace.identity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
