/// How we speak HTTP: the table of routes, bodies, replies, problems, idempotency and limits; one place for each.
@NullMarked
@ApplicationModule(allowedDependencies = {"settings", "tracing", "money", "postgres", "jobs", "vault"})
package io.millrace.http;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
