package io.millrace.identity;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A person's account as the tables keep it.
record Account(UUID id, String email, String firstName, String lastName, @Nullable String phone, Status status,
    Set<String> roles) {

    /// Only an active account may sign in.
    enum Status { ACTIVE, SUSPENDED, ERASED }

    boolean isActive() {
        return status == Status.ACTIVE;
    }

    String name() {
        return (firstName + " " + lastName).strip();
    }
}
