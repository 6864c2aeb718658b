package io.millrace.identity;

import io.millrace.http.Caller.Realm;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A person's account as the tables keep it. `verified`: the e-mail address was proven to be his; `epoch`: sessions
/// that began in another one are over; `version`: the number of its last fact.
record Account(UUID id, String email, String firstName, String lastName, @Nullable String phone, Status status,
    Set<String> roles, Realm realm, boolean verified, int epoch, long version) {

    /// Only an active account may sign in.
    enum Status { ACTIVE, SUSPENDED, ERASED }

    static Account fresh(UUID id, Email email, String firstName, String lastName, @Nullable String phone,
        Set<String> roles) {
        return new Account(id, email.value(), firstName, lastName, phone, Status.ACTIVE, roles, Realm.CUSTOMER, false,
            1, 1);
    }

    Account asVerified() {
        return new Account(id, email, firstName, lastName, phone, status, roles, realm, true, epoch, version);
    }

    boolean isActive() {
        return status == Status.ACTIVE;
    }

    String name() {
        return (firstName + " " + lastName).strip();
    }
}
