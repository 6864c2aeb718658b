package io.millrace.identity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/// What the other rooms may ask about people.
public final class Identity {
    private final Accounts accounts;

    Identity(Accounts accounts) {
        this.accounts = accounts;
    }

    /// How to reach a person.
    public record Contact(UUID account, String name, String email, @Nullable String phone) {}

    /// Empty when there is no such account, or it was erased.
    public Mono<Contact> contact(UUID account) {
        return accounts.byId(account).filter(found -> found.status() != Account.Status.ERASED)
            .map(found -> new Contact(found.id(), found.name(), found.email(), found.phone()));
    }
}
