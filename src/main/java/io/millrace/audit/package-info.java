/// Keeps account of who did what, so that nobody can change it afterwards without being found out.
@NullMarked
@ApplicationModule(allowedDependencies = {"postgres", "http", "jobs", "vault"})
package io.millrace.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
