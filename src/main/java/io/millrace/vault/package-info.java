/// Keeps secrets and private data at rest: sealed with keys of their person, which are wrapped by keys that are not in
/// the database; who takes a person's key away has erased whatever it sealed, wherever a copy lies.
@NullMarked
@ApplicationModule(allowedDependencies = {"postgres", "jobs"})
package io.millrace.vault;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
