/// A person's own rooms: profile, settings, addresses and saved ways to pay, told to nobody else.
@NullMarked
@ApplicationModule(allowedDependencies = {"postgres", "http", "messaging", "jobs", "vault", "audit",
    "identity", "channel", "payment"})
package io.millrace.customer;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
