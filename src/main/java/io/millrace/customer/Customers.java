package io.millrace.customer;

import java.util.UUID;
import reactor.core.publisher.Mono;

/// What the rooms above may ask about a person's things.
public final class Customers {
    private final Addresses addresses;

    Customers(Addresses addresses) {
        this.addresses = addresses;
    }

    /// An address of that person; empty when there is none of this id, or it is somebody else's.
    public Mono<PostalAddress> address(UUID account, UUID address) {
        return addresses.of(account, address).map(Addresses.Kept::address);
    }
}
