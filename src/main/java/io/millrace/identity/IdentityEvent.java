package io.millrace.identity;

import io.millrace.messaging.Fact;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Everything identity announces. No names, no addresses, no secrets: who needs them asks [Identity#contact].
public sealed interface IdentityEvent extends Fact {
    /// A person made an account.
    record AccountRegistered(UUID id, UUID account, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "account:" + account;
        }
    }

    /// A sign-in is over, or all of an account's when `session` is null, but for `kept` if that is told: what they
    /// opened closes on every node.
    record SessionsEnded(UUID id, UUID account, @Nullable UUID session, @Nullable UUID kept, String reason, Instant at)
        implements
            IdentityEvent {
        @Override public String aggregate() {
            return "ending:" + id;
        }

        @Override public long version() {
            return 1;
        }
    }

    /// A refresh token was used again after its successor: somebody else has it. The session is over; tell the person.
    record TokenReused(UUID id, UUID account, UUID session, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "session:" + session;
        }

        @Override public long version() {
            return 1;
        }
    }

    /// A role grants something else than before, from now on and on every node.
    record RoleChanged(UUID id, String role, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "role:" + role;
        }
    }

    /// A person is to get a letter: a code, or word of what happened to his account. What it says is asked for by
    /// [Identity#code] when it is written.
    record CodeRequested(UUID id, UUID code, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "code:" + code;
        }

        @Override public long version() {
            return 1;
        }
    }

    /// A person proved that the address of his account is his.
    record EmailVerified(UUID id, UUID account, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "account:" + account;
        }
    }

    /// An account has another address of mail, proven.
    record EmailChanged(UUID id, UUID account, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "account:" + account;
        }
    }

    /// An account has another password.
    record PasswordChanged(UUID id, UUID account, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "account:" + account;
        }
    }

    /// Somebody of the staff gave an account other roles.
    record RolesGiven(UUID id, UUID account, List<String> roles, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "account:" + account;
        }
    }

    /// Somebody of the staff closed an account, or opened it again.
    record StatusChanged(UUID id, UUID account, String status, long version, Instant at) implements IdentityEvent {
        @Override public String aggregate() {
            return "account:" + account;
        }
    }
}
