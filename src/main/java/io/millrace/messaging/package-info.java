/// How facts travel: announced in the transaction of their effect, relayed through Kafka, heard at least once with the
/// effect of exactly once. The only room that knows Kafka.
@NullMarked
@ApplicationModule(allowedDependencies = {"tracing", "postgres", "http", "jobs", "audit"})
package io.millrace.messaging;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
