/// Where we sell: each channel's currency, language, taxes, ways to ship and to pay; known from memory.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "audit"})
package io.millrace.channel;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
